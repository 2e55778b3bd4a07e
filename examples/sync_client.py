"""An offline diary on this computer that syncs with the site now and then.

Usage: sync_client.py FOLDER record [PHOTO] [--felt EMOTION] [--mood 1..5] [--note TEXT] [--tag TAG]
       sync_client.py FOLDER edit UUID [--felt EMOTION] [--mood 1..5] [--note TEXT] [--tag TAG]
       sync_client.py FOLDER delete UUID
       sync_client.py FOLDER restore UUID
       sync_client.py FOLDER add reminder FIELD=VALUE ...
       sync_client.py FOLDER change {settings me,tag ID,reminder ID} FIELD=VALUE ...
       sync_client.py FOLDER drop {tag,reminder} ID
       sync_client.py FOLDER sync --site https://mood.example.org --token TOKEN
       sync_client.py FOLDER list

What was done waits in the folder until `sync` sends each of it exactly once; then `sync` fetches
changes made elsewhere. Requires Python 3.11 and `pip install requests`.
"""

import argparse
import json
import shutil
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

BATCH_SIZE = 20  # entries
MAX_BATCH_BYTES = 30_000_000
RETRY_STATUSES = {429, 500, 502, 503, 504}
CONFLICT, GONE = 412, {404, 410}
KINDS = ("capture", "tag", "reminder", "settings", "consent")
PATHS = {"tag": "tags/", "reminder": "reminders/", "settings": "me/"}


class Diary:
    """A folder with a copy of all that the feed tells, and with what waits to be sent."""

    cursor: str
    captures: dict[str, dict[str, Any]]
    others: dict[str, dict[str, Any]]

    def __init__(self, folder: Path) -> None:
        self.waiting, self.refused = folder / "waiting", folder / "refused"
        self.waiting.mkdir(parents=True, exist_ok=True)
        self.refused.mkdir(exist_ok=True)
        self.file = folder / "copy.json"
        self.forget()
        if self.file.exists():
            self.cursor, self.captures, self.others = json.loads(self.file.read_text())

    def forget(self) -> None:
        """Begin anew, without a copy."""
        self.cursor, self.captures, self.others = "", {}, {}

    def record(self, photo: Path | None, **fields: Any) -> str:
        """Store a moment until it is sent, and return its UUID."""
        capture = str(uuid.uuid4())
        entry = {"action": "create", "uuid": capture}
        entry |= {"taken_at": datetime.now().astimezone().isoformat()} | given(fields)
        if photo:
            entry["photo"] = capture
            shutil.copyfile(photo, self.waiting / f"{capture}.photo")
        self.put(entry)  # Last, so that it is complete once its file exists.
        return capture

    def edit(self, capture: str, **fields: Any) -> None:
        self.put({"action": "edit", "uuid": capture, **given(fields)})

    def delete(self, capture: str) -> None:
        self.put({"action": "delete", "uuid": capture})

    def restore(self, capture: str) -> None:
        self.put({"action": "restore", "uuid": capture})

    def put(self, entry: dict[str, Any]) -> None:
        """Let an entry wait behind the others, under a key of its own."""
        entry["key"] = str(uuid.uuid4())
        write(self.waiting / f"{time.time_ns()}-{entry['key']}.json", entry)

    def add(self, kind: str, **fields: Any) -> None:
        self.ask("POST", kind, "", fields)

    def change(self, kind: str, name: str, **fields: Any) -> None:
        self.ask("PATCH", kind, name, fields)

    def drop(self, kind: str, name: str) -> None:
        self.ask("DELETE", kind, name, None)

    def ask(self, method: str, kind: str, name: str, body: Any) -> None:
        """Let a change of something other than a capture wait."""
        key = str(uuid.uuid4())
        entry = {"method": method, "kind": kind, "id": name, "body": body, "key": key}
        write(self.waiting / f"{time.time_ns()}-{key}.request", entry)

    def sync(self, site: str, token: str) -> None:
        """Send what waits, then fetch and apply changes."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            self.push(session, f"{site}/api/v1/captures/")
            self.push_others(session, f"{site}/api/v1/")
            self.pull(session, f"{site}/api/v1/changes/")

    def pull(self, session: requests.Session, url: str) -> None:
        """Apply changes made elsewhere."""
        more = True
        while more:
            query: dict[str, Any] = {"kinds": KINDS}
            query |= {"cursor": self.cursor} if self.cursor else {}
            response = request(session, "GET", url, params=query)
            if self.cursor and problem_of(response) == "invalid_cursor":
                self.forget()  # The server cannot know it.
                continue
            response.raise_for_status()
            page = response.json()
            for change in page["changes"]:
                self.apply(change["uuid"], change["capture"])
            for change in page["resources"]:
                self.apply_other(f"{change['kind']}/{change['id']}", change[change["kind"]])
            self.cursor, more = page["cursor"], page["more"]
            self.save()

    def push(self, session: requests.Session, url: str) -> None:
        """Send what waits, until nothing is left that the server takes now."""
        postponed: set[str] = set()
        while batch := self.next_batch(postponed):
            form: dict[str, Any] = {"captures": (None, json.dumps([*batch.values()]))}
            for entry in batch.values():
                if "photo" in entry:
                    form[entry["photo"]] = (self.waiting / f"{entry['photo']}.photo").read_bytes()
            response = request(session, "POST", f"{url}batch/", files=form)
            response.raise_for_status()
            for (path, entry), outcome in zip(
                batch.items(), response.json()["outcomes"], strict=True
            ):
                problem = outcome["problem"] or {}
                if outcome["status"] in RETRY_STATUSES or problem.get("code") == "consent_required":
                    print(entry["uuid"], "waits:", problem["detail"])
                    postponed.add(entry["uuid"])
                elif outcome["status"] == CONFLICT:
                    self.resolve(path, entry, request(session, "GET", f"{url}{entry['uuid']}/"))
                elif problem:
                    self.refuse(path, entry, problem)
                else:
                    self.apply(entry["uuid"], outcome["capture"])
                    self.save()
                    self.remove(path, entry)

    def push_others(self, session: requests.Session, api: str) -> None:
        """Change tags, reminders and settings, each in the version that was read."""
        for path in sorted(self.waiting.glob("*.request")):
            entry = json.loads(path.read_text())
            response = self.ask_server(session, api, path, entry)
            if response.status_code == CONFLICT and entry["method"] == "PATCH":
                # The fields that it names count as said last, the others as they are now.
                self.ask_server(session, api, path, {**entry, "method": "GET", "body": None})
                entry |= {"key": str(uuid.uuid4()), "if_match": None}
                response = self.ask_server(session, api, path, entry)
            if response.status_code in RETRY_STATUSES:
                return
            if response.status_code not in {CONFLICT, *GONE} and problem_of(response):
                self.refuse(path, entry, response.json())
            else:
                self.remove(path, entry)

    def ask_server(
        self, session: requests.Session, api: str, path: Path, entry: dict[str, Any]
    ) -> requests.Response:
        """Change or read something other than a capture, and keep the answer."""
        name = f"{entry['kind']}/{entry['id']}"
        known, headers = self.others.get(name, {}), {}
        if entry["method"] != "GET":
            if known and not entry.get("if_match"):
                entry["if_match"] = known["etag"]
                write(path, entry)  # Written down first, as in a batch.
            headers["Idempotency-Key"] = entry["key"]
            headers |= {"If-Match": entry["if_match"]} if entry.get("if_match") else {}
        url = api + PATHS[entry["kind"]]
        url += f"{entry['id']}/" if entry["id"] not in ("", "me") else ""
        response = request(session, entry["method"], url, json=entry["body"], headers=headers)
        if response.ok and known and entry["method"] in {"GET", "PATCH"}:
            self.apply_other(name, {field: response.json()[field] for field in known})
            self.save()
        return response

    def next_batch(self, postponed: set[str]) -> dict[Path, dict[str, Any]]:
        """Return the first waiting entry of each capture, as far as one request takes them.

        Later ones follow when it is known which version of the capture they change.
        """
        batch: dict[Path, dict[str, Any]] = {}
        captures, size = set(postponed), 0
        for path in sorted(self.waiting.glob("*.json")):
            entry = json.loads(path.read_text())
            photo = self.waiting / f"{entry['uuid']}.photo"
            size += photo.stat().st_size if "photo" in entry else 0
            if len(batch) == BATCH_SIZE or (batch and size > MAX_BATCH_BYTES):
                break
            if entry["uuid"] in captures:
                continue
            captures.add(entry["uuid"])
            known = self.captures.get(entry["uuid"])
            if known and entry["action"] != "create" and "if_match" not in entry:
                # Written down first: sent again under its key, it has to say the same.
                entry["if_match"] = known["etag"]
                write(path, entry)
            batch[path] = entry
        return batch

    def resolve(self, path: Path, entry: dict[str, Any], response: requests.Response) -> None:
        """Decide what becomes of an entry whose capture was changed elsewhere meanwhile."""
        if response.status_code in GONE:
            self.apply(entry["uuid"], None)
            self.remove(path, entry)
            return
        response.raise_for_status()
        before, theirs = self.captures.get(entry["uuid"], {}), response.json()
        if entry["action"] == "edit":  # What somebody has written since outlives a deletion.
            mine = {name: entry[name] for name in entry.keys() - {"key", "if_match"}}
            if "tags" in mine:
                mine["tags"] = sorted({*theirs["tags"], *mine["tags"]})
            if "note" in mine and theirs["note"] not in ("", before.get("note"), mine["note"]):
                mine["note"] = f"{theirs['note']}\n{mine['note']}"
            # Another request than the one before, so it has another key.
            write(path, mine | {"key": str(uuid.uuid4()), "if_match": theirs["etag"]})
        else:
            self.remove(path, entry)
        self.apply(entry["uuid"], theirs)
        self.save()

    def refuse(self, path: Path, entry: dict[str, Any], problem: dict[str, Any]) -> None:
        """Set an entry aside that the server refuses for good, with the reason."""
        write(self.refused / f"{path.stem}.problem", problem)
        for file in (path, *self.photo_of(entry)):
            file.replace(self.refused / file.name)

    def remove(self, path: Path, entry: dict[str, Any]) -> None:
        for file in (path, *self.photo_of(entry)):
            file.unlink()

    def photo_of(self, entry: dict[str, Any]) -> list[Path]:
        return [self.waiting / f"{entry['photo']}.photo"] if "photo" in entry else []

    def apply(self, capture: str, current: dict[str, Any] | None) -> None:
        """Hold a capture as it is now; None where it was deleted."""
        if current is None:
            self.captures.pop(capture, None)
        else:
            self.captures[capture] = current

    def apply_other(self, name: str, current: dict[str, Any] | None) -> None:
        """Hold a tag, a reminder, the settings or a consent as it is now."""
        if current is None:
            self.others.pop(name, None)
        else:
            self.others[name] = current

    def save(self) -> None:
        write(self.file, [self.cursor, self.captures, self.others])


def given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def request(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
    """Make a request, and retry it where the server asks for that."""
    for _ in range(5):
        response = session.request(method, url, timeout=60, **options)
        if response.status_code not in RETRY_STATUSES:
            break
        time.sleep(float(response.headers.get("Retry-After", "5")))
    return response


def field(text: str) -> tuple[str, Any]:
    """Return the name and the value in FIELD=VALUE, which is JSON or text."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def problem_of(response: requests.Response) -> str | None:
    """Return the code of the problem that was answered, if one was."""
    found = "problem+json" in response.headers.get("Content-Type", "")
    return response.json()["code"] if found else None


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
    recording, editing = actions.add_parser("record"), actions.add_parser("edit")
    recording.add_argument("photo", type=Path, nargs="?")
    editing.add_argument("capture", metavar="UUID")
    for command in (recording, editing):
        command.add_argument("--felt")
        command.add_argument("--mood", type=int)
        command.add_argument("--note")
        command.add_argument("--tag", action="append", dest="tags")
    for name in ("delete", "restore"):
        actions.add_parser(name).add_argument("capture", metavar="UUID")
    for name in ("add", "change", "drop"):
        command = actions.add_parser(name)
        command.add_argument("kind", choices=["reminder"] if name == "add" else PATHS)
        if name != "add":
            command.add_argument("name", metavar="ID")
        if name != "drop":
            command.add_argument("fields", metavar="FIELD=VALUE", type=field, nargs="+")
    syncing = actions.add_parser("sync")
    syncing.add_argument("--site", required=True)
    syncing.add_argument("--token", required=True)
    actions.add_parser("list")
    options = vars(parser.parse_args())
    diary, action = Diary(options.pop("folder")), options.pop("action")
    if action == "list":
        for capture in sorted(diary.captures.values(), key=lambda found: found["taken_at"]):
            seen = next((face["emotion"] for face in capture["detections"] if face["is_me"]), "-")
            felt = capture["felt"] or "-"
            print(capture["taken_at"], capture["uuid"], "looks", seen, "feels", felt)
    else:
        fields = dict(options.pop("fields", ()))
        getattr(diary, action)(**options, **fields)


if __name__ == "__main__":
    main()
