"""An offline diary on this computer that syncs with the site now and then.

Usage: sync_client.py FOLDER record [PHOTO] [--felt EMOTION] [--mood 1..5] [--note TEXT] [--tag TAG]
       sync_client.py FOLDER sync --site https://mood.example.org --token TOKEN
       sync_client.py FOLDER list

Moments wait in the folder until `sync` sends each of them exactly once; then `sync` fetches changes
made elsewhere. Requires Python 3.11 and `pip install requests`.
"""

import argparse
import json
import shutil
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

BATCH_SIZE = 20  # captures
MAX_BATCH_BYTES = 30_000_000
RETRY_STATUSES = {429, 500, 502, 503, 504}


class Diary:
    """A folder with a copy of all captures, and those that wait to be sent."""

    def __init__(self, folder: Path) -> None:
        self.waiting, self.refused = folder / "waiting", folder / "refused"
        self.waiting.mkdir(parents=True, exist_ok=True)
        self.refused.mkdir(exist_ok=True)
        self.file = folder / "captures.json"
        self.cursor = ""
        self.captures: dict[str, dict[str, Any]] = {}
        if self.file.exists():
            self.cursor, self.captures = json.loads(self.file.read_text())

    def record(self, photo: Path | None, **fields: Any) -> str:
        """Store a moment until it is sent, and return its UUID."""
        key = str(uuid.uuid4())
        moment = {"uuid": key, "taken_at": datetime.now().astimezone().isoformat()}
        moment |= {name: value for name, value in fields.items() if value}
        if photo:
            moment["photo"] = key
            shutil.copyfile(photo, self.waiting / f"{key}.photo")
        # Last, so that a moment is complete once this file exists.
        write(self.waiting / f"{key}.json", moment)
        return key

    def sync(self, site: str, token: str) -> None:
        """Send waiting moments, then fetch and apply changes."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            for batch in self.batches():
                self.send(session, f"{site}/api/v1/captures/batch/", batch)
            more = True
            while more:
                query = {"cursor": self.cursor} if self.cursor else {}
                response = request(session, "GET", f"{site}/api/v1/changes/", params=query).json()
                for change in response["changes"]:
                    if change["deleted"]:
                        self.captures.pop(change["uuid"], None)
                    else:
                        self.captures[change["uuid"]] = change["capture"]
                self.cursor, more = response["cursor"], response["more"]
                write(self.file, [self.cursor, self.captures])

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield waiting moments, oldest first, in batches that the server accepts."""
        batch: list[dict[str, Any]] = []
        size = 0
        moments = [json.loads(path.read_text()) for path in self.waiting.glob("*.json")]
        for moment in sorted(moments, key=lambda moment: moment["taken_at"]):
            photo = self.waiting / f"{moment['uuid']}.photo"
            photo_size = photo.stat().st_size if photo.exists() else 0
            if batch and (len(batch) == BATCH_SIZE or size + photo_size > MAX_BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(moment)
            size += photo_size
        if batch:
            yield batch

    def send(self, session: requests.Session, url: str, batch: list[dict[str, Any]]) -> None:
        """Send a batch, and remove moments that the server has accepted or refused for good."""
        form: dict[str, Any] = {"captures": (None, json.dumps(batch))}
        for moment in batch:
            if "photo" in moment:
                form[moment["photo"]] = (self.waiting / f"{moment['uuid']}.photo").read_bytes()
        for outcome in request(session, "POST", url, files=form).json()["outcomes"]:
            if outcome["status"] in RETRY_STATUSES:
                continue
            for path in sorted(self.waiting.glob(f"{outcome['uuid']}.*")):
                if outcome["problem"]:
                    path.replace(self.refused / path.name)
                else:
                    path.unlink()
            if outcome["problem"]:
                write(self.refused / f"{outcome['uuid']}.problem", outcome["problem"])


def request(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
    """Make a request, and retry it where the server asks for that."""
    for _ in range(5):
        response = session.request(method, url, timeout=60, **options)
        if response.status_code not in RETRY_STATUSES:
            break
        time.sleep(float(response.headers.get("Retry-After", "5")))
    response.raise_for_status()
    return response


def write(path: Path, data: Any) -> None:
    """Write JSON atomically."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(data))
    temporary.replace(path)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("record").add_argument
    add("photo", type=Path, nargs="?")
    add("--felt")
    add("--mood", type=int)
    add("--note")
    add("--tag", action="append", dest="tags")
    add = actions.add_parser("sync").add_argument
    add("--site", required=True)
    add("--token", required=True)
    actions.add_parser("list")
    options = vars(parser.parse_args())
    diary, action = Diary(options.pop("folder")), options.pop("action")
    if action == "list":
        for capture in sorted(diary.captures.values(), key=lambda found: found["taken_at"]):
            seen = next((face["emotion"] for face in capture["detections"] if face["is_me"]), "-")
            print(capture["taken_at"], "looks", seen, "feels", capture["felt"] or "-")
    else:
        getattr(diary, action)(**options)


if __name__ == "__main__":
    main()
