"""The schema is valid, complete, true, and shown by ourselves."""

import keyword
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.html import escape
from django.utils.text import slugify
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rest_framework.test import APIClient

from accounts.models import User
from emoplatform import errors
from emotions.api import schema_document
from emotions.api.openapi import PROBLEMS
from emotions.api.problems import CONTENT_TYPE
from emotions.models import Capture, Tag
from tests import factories, pictures, uploads
from tests.emotions.api.calls import CAPTURES, TODAY, create, note

pytestmark = pytest.mark.django_db
TAGS, CHANGES = "/api/v1/tags/", "/api/v1/changes/"
PUBLIC = {"consent_text_retrieve", "model_retrieve", "server_retrieve"}
"""What nobody needs an account for."""
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    """The schema as it is served."""
    answer = client.get("/api/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def operations(schema: dict[str, Any], below: str = "/") -> list[dict[str, Any]]:
    return [
        told
        for path, methods in schema["paths"].items()
        if path.startswith(below)
        for told in methods.values()
    ]


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> dict[str, Any]:
    """Return the view of every address below `patterns`, with `{name}` for what varies."""
    found: dict[str, Any] = {}
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found = routes(pattern.url_patterns, path) | found
        else:
            found.setdefault("/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), pattern.callback)
    return found


def test_the_schema_is_valid_and_made_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def test_a_client_that_has_the_schema_gets_it_no_second_time(client: Client) -> None:
    first = client.get("/api/schema/")
    assert first["Content-Type"] == "application/vnd.oai.openapi+json"
    again = client.get("/api/schema/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    german = client.get("/api/schema/", headers={"Accept-Language": "de"})
    assert german["ETag"] != first["ETag"]
    assert "Gesicht" in german.content.decode()
    assert "Gesicht" not in first.content.decode()
    assert "Accept-Language" in german["Vary"]


MANY_AT_ONCE = """
import threading, django
django.setup()
from django.test import Client
import emoplatform.urls
start, answers = threading.Barrier(16), []
def ask():
    client = Client(raise_request_exception=False, HTTP_HOST="localhost")
    start.wait()
    answers.append(client.get("/api/schema/").status_code)
threads = [threading.Thread(target=ask) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sorted(answers))
"""


def test_sixteen_clients_may_ask_a_process_that_has_just_started() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY_AT_ONCE],
        cwd=GUIDE.parents[1],
        env={**os.environ, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "emoplatform.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str([200] * 16), done.stderr[-2000:]


def test_the_schema_is_made_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_document, "_documents", {})
    schema_document.build_all()
    monkeypatch.setattr(schema_document, "build", None)  # as whoever called it would see
    for language in ("en", "de", "fr"):
        answer = client.get("/api/schema/", headers={"Accept-Language": language})
        assert answer.status_code == 200
    assert client.get("/api/docs/").status_code == 200


def test_every_route_is_in_the_schema(schema: dict[str, Any]) -> None:
    views = routes(get_resolver().url_patterns)
    served = {path for path, view in views.items() if view is not errors.api_not_found}
    assert {path for path in served if path.startswith(("/api/v1/", "/api/auth/"))} == set(
        schema["paths"]
    )
    assert "/^api/(?:auth|v1)/" in views, "all else is no such address"


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    for told in operations(schema):
        assert told["summary"]
        assert told["description"]
        assert "500" in told["responses"]
        assert min(told["responses"]) < "300" or told["operationId"] == "session_end"
        assert all(answer["description"] for answer in told["responses"].values())
    for told in operations(schema, below="/api/v1/"):
        assert told["security"] == [
            *[{"sessionToken": []}, {"accessToken": []}, {"session": []}],
            *[{} for public in PUBLIC if public == told["operationId"]],
        ]
        assert {"401", "406", "500"} <= set(told["responses"])
        for status, answer in told["responses"].items():
            if status >= "400":
                content = answer["content"][CONTENT_TYPE]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                codes = {example["value"]["code"] for example in content["examples"].values()}
                assert codes
                assert all(PROBLEMS[code][0] == int(status) for code in codes)


def test_pictures_and_forms_are_described_as_what_they_are(schema: dict[str, Any]) -> None:
    body = schema["paths"][CAPTURES]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data"}, "generated clients take one and forget the other"
    for name in ("photo", "crop", "thumbnail"):
        told = schema["paths"][f"{CAPTURES}{{uuid}}/{name}/"]["get"]["responses"]["200"]
        assert set(told["content"]) == {"image/jpeg"}


def test_every_operation_has_one_kind_of_body(schema: dict[str, Any]) -> None:
    for told in operations(schema):
        assert len(told.get("requestBody", {"content": [1]})["content"]) == 1, told["operationId"]


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a part of the schema, without examples."""
    if isinstance(node, list):
        for part in node:
            yield from parts(part)
    elif isinstance(node, dict):
        yield node
        for name, part in node.items():
            if name not in {"example", "examples"}:
                yield from parts(part)


def test_everything_in_the_schema_is_described(schema: dict[str, Any]) -> None:
    named = [
        *(parameter for told in operations(schema) for parameter in told.get("parameters", [])),
        *schema["components"]["schemas"].values(),
        *schema["components"]["headers"].values(),
        *(tag for tag in schema["tags"]),
    ]
    for part in parts(schema):
        properties = part.get("properties", {})
        if part.get("type") != "string" and all(
            isinstance(one, dict) for one in properties.values()
        ):
            named += properties.values()
    assert len(named) > 500
    assert [part for part in named if not part.get("description")] == []


def test_clients_meet_new_values_without_harm(schema: dict[str, Any]) -> None:
    assert not [part for part in parts(schema) if "enum" in part or "const" in part]
    source = schema["components"]["schemas"]["Capture"]["properties"]["source"]
    assert source["x-extensible-enum"] == list(Capture.Source)
    assert "Known values: upload, camera, live" in source["description"]
    assert source["type"] == "string"
    felt = schema["components"]["schemas"]["Capture"]["properties"]["felt"]
    assert felt["type"] == ["string", "null"]


def test_integers_that_may_be_large_have_64_bits(schema: dict[str, Any]) -> None:
    for part in parts(schema):
        if part.get("type") in ("integer", ["integer", "null"]) and "x-extensible-enum" not in part:
            is_large = part.get("maximum", 2**63) >= 2**31
            assert part.get("format") == ("int64" if is_large else None), part


def test_names_are_free_in_the_languages_of_clients(schema: dict[str, Any]) -> None:
    reserved = {
        *keyword.kwlist,
        "default",
        "delete",
        "export",
        "function",
        "new",
        "protocol",
        "file",
    }
    schemas = schema["components"]["schemas"]
    names = {*schemas, *(told["operationId"] for told in operations(schema))}
    assert not {name for name in names if name.lower() in reserved}
    for name, component in schemas.items():
        variable = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        assert variable not in component.get("properties", {}), "which hides it in Python"


def test_every_example_is_as_its_schema_says(schema: dict[str, Any]) -> None:
    for told in operations(schema):
        for answer in told["responses"].values():
            for content in answer.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    check(schema, content["schema"], example["value"])


def check(schema: dict[str, Any], part: dict[str, Any], value: Any) -> None:
    """Hold a value to a part of the schema."""
    whole = {**part, "components": schema["components"]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def test_real_answers_are_as_the_schema_says(
    schema: dict[str, Any], owner: User, owner_api: APIClient
) -> None:
    def told(path: str, method: str, answer: Any) -> None:
        described = schema["paths"][path][method]["responses"][str(answer.status_code)]
        content = described["content"][answer["Content-Type"]]
        check(schema, content["schema"], answer.json())

    told(TODAY, "get", owner_api.get(TODAY))
    made = create(owner_api, pictures.astronaut_jpeg())
    told(CAPTURES, "post", made)
    told(CAPTURES, "post", create(owner_api, b"x"))
    told(CAPTURES, "post", create(owner_api, uploads.landscape_jpeg()))
    told(CAPTURES, "post", create(owner_api, b"x", uuid="no"))
    factories.capture(owner=owner, felt="sad", mood=2)
    told(CAPTURES, "get", owner_api.get(CAPTURES))
    told(CAPTURES, "get", APIClient().get(CAPTURES))
    told(f"{CAPTURES}{{uuid}}/", "get", owner_api.get(made["Location"]))
    told(TODAY, "get", owner_api.get(TODAY))
    tagged = note(owner_api, mood=3, tags=["rain", "work"]).json()
    told(TAGS, "get", owner_api.get(TAGS))
    rain = f"{TAGS}{Tag.objects.get(name='rain').pk}/"
    told(f"{TAGS}{{id}}/", "get", owner_api.get(rain))
    told(f"{TAGS}{{id}}/", "patch", owner_api.patch(rain, {"sign": "☂"}, format="json"))
    told(f"{TAGS}{{id}}/", "patch", owner_api.patch(rain, {"name": "work"}, format="json"))
    told(CHANGES, "get", owner_api.get(CHANGES))
    assert sorted(tagged["tags"]) == ["rain", "work"]


def test_the_page_shows_every_operation_and_every_code(
    client: Client, schema: dict[str, Any]
) -> None:
    shown = client.get("/api/docs/")
    assert shown.status_code == 200
    text = shown.content.decode()
    for told in operations(schema):
        address = f'id="{slugify(told["operationId"])}"'
        assert text.count(address) == 1, "each in one group"
    assert all(f">{escape(tag['description'])}</h2>" in text for tag in schema["tags"])
    assert all(f"<code>{code}</code>" in text for code in PROBLEMS)
    assert "<style" not in text
    assert " style=" not in text
    assert "unsafe-inline" not in shown["Content-Security-Policy"]


def test_the_guide_names_every_code_and_its_status() -> None:
    guide = GUIDE.read_text()
    for code, (status, _) in PROBLEMS.items():
        assert re.search(rf"^\| `{code}` \| {int(status)} \|", guide, re.MULTILINE), code
