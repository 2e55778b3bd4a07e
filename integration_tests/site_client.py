"""An HTTP client that collects what people, apps and administrators get from a running site."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

SESSION = "__Host-sessionid"
PICTURES = ("photo", "crop", "thumbnail")
VOLATILE = {"last_used_at", "last_seen_at"}
"""Fields of the API that change whenever somebody uses it."""


@dataclass(frozen=True)
class SiteClient:
    """Sends requests as the proxy before a site does.

    Attributes:
        address: of the site, such as `http://127.0.0.1:8000`.
        headers: what authenticates the requests.
    """

    address: str
    headers: Mapping[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def with_token(cls, address: str, token: str) -> "SiteClient":
        """Return the client of a script with an access token."""
        return cls(address, {"Authorization": f"Bearer {token}"})

    @classmethod
    def with_app(cls, address: str, key: str) -> "SiteClient":
        """Return the client of an app with a session."""
        return cls(address, {"X-Session-Token": key})

    @classmethod
    def with_session(cls, address: str, key: str) -> "SiteClient":
        """Return the client of a browser with a session."""
        return cls(address, {"Cookie": f"{SESSION}={key}"})

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request and return the response; redirects are not followed."""
        return self.session.request(
            method,
            self.address + path,
            headers={**self.headers, "X-Forwarded-Proto": "https", **options.pop("headers", {})},
            allow_redirects=False,
            timeout=60,
            **options,
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        """Get a path."""
        return self.request("GET", path, **options)

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request that has to succeed, and return the JSON of the response.

        Raises:
            SystemExit: it did not succeed.
        """
        response = self.request(method, path, **options)
        if not response.ok:
            raise SystemExit(f"{method} {path}: {response.status_code} {response.text[:500]}")
        return json.loads(self.relative(response.text)) if response.content else None

    def relative(self, text: str) -> str:
        """Return a text in which the site's own addresses are paths."""
        return text.replace(self.address.replace("http:", "https:"), "")

    def captures(self) -> dict[str, Any]:
        """Return every capture of the history and the trash, by its uuid."""
        found: dict[str, Any] = {}
        for deleted in ("false", "true"):
            path = f"/api/v1/captures/?page_size=200&deleted={deleted}"
            while path:
                page = self.send("GET", path)
                found |= {capture["uuid"]: capture for capture in page["results"]}
                path = page["next"]
        return found

    def etags(self, captures: Mapping[str, Any]) -> dict[str, str | None]:
        """Return the ETag of each capture."""
        paths = {uuid: f"/api/v1/captures/{uuid}/" for uuid in captures}
        return {uuid: self.get(path).headers.get("ETag") for uuid, path in paths.items()}

    def pictures(self, captures: Mapping[str, Any]) -> dict[str, str]:
        """Return the digest of each picture of captures, by its path."""
        paths = [capture[name] for capture in captures.values() for name in PICTURES]
        return {path: digest(self.get(path)) for path in paths if path}

    def changes(self, cursor: str) -> tuple[list[Any], str]:
        """Return all changes after a cursor, and the cursor after them."""
        found: list[Any] = []
        while True:
            page = self.send("GET", "/api/v1/changes/", params={"cursor": cursor})
            found += page["changes"]
            cursor = str(page["cursor"])
            if not page["more"]:
                return found, cursor

    def export(self) -> dict[str, Any]:
        """Return the members of an export by name: documents of JSON, digests of the others."""
        with zipfile.ZipFile(io.BytesIO(self.get("/api/v1/export/").content)) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
        return {
            name: json.loads(content)
            if name.endswith(".json")
            else hashlib.sha256(content).hexdigest()
            for name, content in contents.items()
        }

    def documents(self, paths: list[str]) -> dict[str, Any]:
        """Return the JSON at paths of the API, or the status where there is none."""
        found: dict[str, Any] = {}
        for path in paths:
            response = self.get(path)
            is_json = response.headers.get("Content-Type") == "application/json"
            found[path] = (
                without_volatile(json.loads(self.relative(response.text)))
                if response.ok and is_json
                else response.status_code
            )
        return found

    def pages(self, paths: list[str]) -> dict[str, list[Any]]:
        """Return the status of each page with its redirect or content type."""
        found = {}
        for path in paths:
            response = self.get(path)
            kind = response.headers.get("Location") or response.headers.get("Content-Type")
            found[path] = [response.status_code, self.relative(kind or "")]
        return found

    def first_records(self, lists: list[str]) -> dict[str, list[Any]]:
        """Return what `pages` does of the first record in each list of the admin site."""
        found = {}
        for path in lists:
            record = re.search(rf'href="({re.escape(path)}[^/"]+/change/)', self.get(path).text)
            if record:
                found[f"first of {path}"] = self.pages([record[1]])[record[1]]
        return found


def without_volatile(document: Any) -> Any:
    """Return a document without the fields that change whenever somebody uses the API."""
    if isinstance(document, dict):
        return {
            key: without_volatile(value) for key, value in document.items() if key not in VOLATILE
        }
    return (
        [without_volatile(value) for value in document] if isinstance(document, list) else document
    )


def digest(response: requests.Response) -> str:
    """Return the digest of a successful response, or the status of another."""
    return (
        hashlib.sha256(response.content).hexdigest() if response.ok else str(response.status_code)
    )


def resolve(routes: list[str], parameters: Mapping[str, str]) -> list[str]:
    """Return the paths of routes; those with a parameter of unknown value are left out.

    Args:
        parameters: values by the name of the parameter, or by everything in the route before it
            and its name, which takes precedence.
    """
    paths = []
    for route in routes:
        prefix = route.partition("<")[0]
        names = re.findall(r"<(?:\w+:)?(\w+)>", route)
        values = [parameters.get(prefix + name, parameters.get(name)) for name in names]
        if "(" in route or "^" in route or None in values:
            continue
        paths.append(re.sub(r"<[^>]+>", "{}", route).format(*values))
    return paths
