"""A diary on this computer that needs the line only now and then.

Usage: sync_client.py FOLDER record [PHOTO] [--felt EMOTION] [--mood 1..5] [--note TEXT] [--tag TAG]
       sync_client.py FOLDER sync --site https://mood.example.org --token TOKEN
       sync_client.py FOLDER list

What is recorded waits in the folder until `sync` has sent it, exactly once; then `sync` fetches
what changed elsewhere. It needs Python 3.11 and `pip install requests`.
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

AT_ONCE = 20  # captures a batch
BYTES_AT_ONCE = 30_000_000
AGAIN = {429, 500, 502, 503, 504}


class Diary:
    """A folder with a copy of all captures, and with those that wait to be sent."""

    def __init__(self, folder: Path) -> None:
        self.waiting, self.refused = folder / "waiting", folder / "refused"
        self.waiting.mkdir(parents=True, exist_ok=True)
        self.refused.mkdir(exist_ok=True)
        self.file = folder / "captures.json"
        self.cursor = ""
        self.captures: dict[str, dict[str, Any]] = {}
        if self.file.exists():
            self.cursor, self.captures = json.loads(self.file.read_text())

    def record(self, photo: Path | None, **said: Any) -> str:
        """Keep a moment until it is sent; return its UUID, made here and now."""
        key = str(uuid.uuid4())
        moment = {"uuid": key, "taken_at": datetime.now().astimezone().isoformat()}
        moment |= {name: value for name, value in said.items() if value}
        if photo:
            moment["photo"] = key
            shutil.copyfile(photo, self.waiting / f"{key}.photo")
        write(self.waiting / f"{key}.json", moment)  # last: from now on it is there
        return key

    def sync(self, site: str, token: str) -> None:
        """Send what waits, then play back what changed."""
        with requests.Session() as line:
            line.headers["Authorization"] = f"Bearer {token}"
            for batch in self.batches():
                self.send(line, f"{site}/api/v1/captures/batch/", batch)
            more = True
            while more:
                query = {"cursor": self.cursor} if self.cursor else {}
                told = call(line, "GET", f"{site}/api/v1/changes/", params=query).json()
                for change in told["changes"]:
                    if change["deleted"]:
                        self.captures.pop(change["uuid"], None)
                    else:
                        self.captures[change["uuid"]] = change["capture"]
                self.cursor, more = told["cursor"], told["more"]
                write(self.file, [self.cursor, self.captures])

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield what waits, oldest first, in portions that the server takes."""
        batch: list[dict[str, Any]] = []
        size = 0
        moments = [json.loads(path.read_text()) for path in self.waiting.glob("*.json")]
        for moment in sorted(moments, key=lambda moment: moment["taken_at"]):
            photo = self.waiting / f"{moment['uuid']}.photo"
            bytes_more = photo.stat().st_size if photo.exists() else 0
            if batch and (len(batch) == AT_ONCE or size + bytes_more > BYTES_AT_ONCE):
                yield batch
                batch, size = [], 0
            batch.append(moment)
            size += bytes_more
        if batch:
            yield batch

    def send(self, line: requests.Session, url: str, batch: list[dict[str, Any]]) -> None:
        """Send some moments; those that the server has, or will never take, wait no longer."""
        form: dict[str, Any] = {"captures": (None, json.dumps(batch))}
        for moment in batch:
            if "photo" in moment:
                form[moment["photo"]] = (self.waiting / f"{moment['uuid']}.photo").read_bytes()
        outcomes = call(line, "POST", url, files=form).json()["outcomes"]
        for outcome in outcomes:
            if outcome["status"] in AGAIN:
                continue
            for path in sorted(self.waiting.glob(f"{outcome['uuid']}.*")):
                if outcome["problem"]:
                    path.replace(self.refused / path.name)
                else:
                    path.unlink()
            if outcome["problem"]:
                write(self.refused / f"{outcome['uuid']}.problem", outcome["problem"])


def call(line: requests.Session, method: str, url: str, **what: Any) -> requests.Response:
    """Call the server, patiently where it asks for patience."""
    for _ in range(5):
        answer = line.request(method, url, timeout=60, **what)
        if answer.status_code not in AGAIN:
            break
        time.sleep(float(answer.headers.get("Retry-After", "5")))
    answer.raise_for_status()
    return answer


def write(path: Path, what: Any) -> None:
    """Write JSON aside and rename it into place, so that no half of it is ever read."""
    aside = path.with_name(f"{path.name}.tmp")
    aside.write_text(json.dumps(what))
    aside.replace(path)


def main() -> None:
    """Do what the command line says."""
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
