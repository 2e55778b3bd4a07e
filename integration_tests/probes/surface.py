"""Report the public surface of a checkout: what people, apps, scripts and administrators rely on.

Runs in checkouts of any age, so it asks Django and commands, not modules of ours.
"""

import io
import json
import os
import re
import runpy
import sys
import tarfile
import tempfile
import time
import zipfile
from argparse import ArgumentParser, _ActionsContainer
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path.cwd()
ASKED: set[str] = set()
"""Names in the environment that code of this checkout has asked for."""
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "of a site that nobody visits, at least 32 letters",
    "ALLOWED_HOSTS": "mood.example.org",
    "DATABASE_URL": "postgres://user:word@127.0.0.1/emoplatform",
    "EMAIL_URL": "smtp+tls://user:word@127.0.0.1:587",
    "STORAGE_URL": "s3://key:secret@s3.example.org/photos?region=eu-central-1",
    "METRICS_TOKEN": "a token of at least 32 letters, as it says",
}
OURS = re.compile(r"(?<![\w.])(accounts|backups|common|emoplatform|emotions|ml)(\.\w+)+")
"""Names of modules, which are nobody's business."""
TEXTS = {"description", "summary", "title", "help_text"}


def is_ours(path: Path) -> bool:
    """Tell whether a file or folder is of this checkout, and not of a library that is below it."""
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


class Environment(type(os.environ)):  # type: ignore[misc]
    """The environment, noting which names code of this checkout asks for."""

    def __getitem__(self, name: str) -> str:
        """Return a value, and note who asks."""
        frame: FrameType | None = sys._getframe(1)
        while frame and frame.f_code.co_filename.startswith("<frozen"):
            frame = frame.f_back
        asking = Path(frame.f_code.co_filename) if frame else Path("/")
        if is_ours(asking) and asking != Path(__file__):
            ASKED.add(name)
        return str(super().__getitem__(name))


def settings(**environment: str) -> dict[str, Any]:
    """Return the settings that an environment leads to."""
    before = dict(os.environ)
    os.environ.update(environment)
    values = runpy.run_path("emoplatform/settings.py")
    runpy.run_path("gunicorn.conf.py")
    os.environ.clear()
    os.environ.update(before)
    told = {name: value for name, value in values.items() if name.isupper()}
    # Which apps there are is ours; texts of the API are in its document, where they are left out.
    return {
        name: plain(value)
        for name, value in told.items()
        if name not in {"INSTALLED_APPS", "SPECTACULAR_SETTINGS"} and not name.endswith("_DIR")
    }


def plain(value: Any) -> Any:
    """Return a value as JSON has it, without folders of this checkout and names of modules."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(entry) for entry in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (str, Path)):
        return OURS.sub("(ours)", str(value).replace(str(ROOT), "."))
    return type(value).__name__


def described(document: Any) -> Any:
    """Return a document of an API without its texts."""
    if isinstance(document, dict):
        return {
            key: described(value)
            for key, value in document.items()
            if not (key in TEXTS and isinstance(value, str))
        }
    return [described(entry) for entry in document] if isinstance(document, list) else document


def options(parser: ArgumentParser) -> dict[str, Any]:
    """Return the options and arguments of a command, and which exclude each other."""
    container: _ActionsContainer = parser
    found = {}
    for action in container._actions:
        kind = getattr(action.type, "__name__", None)
        found[" ".join(action.option_strings) or action.dest] = {
            "action": type(action).__name__,
            "name": action.dest,
            "values": action.nargs,
            "type": kind if kind in {"int", "float", "str", "Path", None} else "checked",
            "choices": plain(list(action.choices)) if action.choices else None,
            "default": plain(action.default),
            "constant": plain(action.const),
            "required": action.required,
        }
    return {
        "options": found,
        "one of": [
            [action.dest for action in group._group_actions]
            for group in parser._mutually_exclusive_groups
        ],
    }


def commands() -> dict[str, Any]:
    """Return what each command of ours takes, by its name."""
    return {
        name: options(load_command_class(app, name).create_parser("manage.py", name))
        for name, app in sorted(get_commands().items())
        if app in of_ours
    }


def tables() -> dict[str, Any]:
    """Return the columns and constraints of each table of the database, by its name."""
    found = {}
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        for table in names:
            columns = connection.introspection.get_table_description(cursor, table)
            rules = connection.introspection.get_constraints(cursor, table)
            found[table] = {
                "columns": {
                    column.name: [str(column.type_code), column.null_ok] for column in columns
                },
                "constraints": {name: rule["columns"] for name, rule in sorted(rules.items())},
            }
    return found


def shape(value: Any) -> Any:
    """Return a document with the kinds of its values; a list has the shape of all its entries."""
    if isinstance(value, dict):
        return {key: shape(entry) for key, entry in value.items()}
    if isinstance(value, list):
        shapes = [json.dumps(shape(entry), sort_keys=True) for entry in value]
        return [json.loads(entry) for entry in sorted(set(shapes))]
    return type(value).__name__


def formats(photo: Path, folder: Path) -> dict[str, Any]:
    """Return what files are like that the site and its commands write.

    Args:
        photo: a photo with a face.
        folder: where to write them.
    """
    call_command("seed_demo", stdout=io.StringIO())
    person = get_user_model().objects.get()
    browser = Client(headers={"host": "localhost"})
    browser.force_login(person)
    session = browser.session
    proof = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    with photo.open("rb") as file:
        answer = browser.post("/api/v1/captures/", {"photo": file, "kept": "photo", "felt": "sad"})
    recorded = answer.json()
    archive = b"".join(browser.get("/data/export/").streaming_content)  # type: ignore[attr-defined]
    call_command("backup", str(folder / "backup.tar"), stdout=io.StringIO())
    model = printed("list_models", "--json")[0]["name"]
    call_command("export_model", model, str(folder / "model.zip"), stdout=io.StringIO())
    faces = printed("detect_emotion", str(photo), "--json", "--csv", str(folder / "faces.csv"))
    cards = [json.loads(path.read_bytes()) for path in ROOT.glob("ml/**/bundled/card.json")]
    return {
        "capture": shape(recorded),
        "export": in_zip(archive, recorded["uuid"]),
        "backup": in_backup(folder / "backup.tar"),
        "model": in_zip((folder / "model.zip").read_bytes(), model),
        "card": shape(cards),
        "detect_emotion --json": shape(faces),
        "detect_emotion --csv": (folder / "faces.csv").read_text().splitlines()[0],
        "list_models --json": shape(printed("list_models", "--json")),
    }


def printed(*command: str) -> Any:
    """Return the JSON that a command prints."""
    output = io.StringIO()
    call_command(*command, stdout=output)
    return json.loads(output.getvalue())


def in_zip(content: bytes, name: str) -> dict[str, Any]:
    """Return the members of an archive: shapes of JSON, headers of tables, else nothing.

    Args:
        name: what is in names of members but differs from archive to archive.
    """
    found: dict[str, Any] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            content, suffix = archive.read(member), Path(member).suffix
            known = {
                ".json": lambda content=content: shape(json.loads(content)),
                ".csv": lambda content=content: content.decode().splitlines()[0],
            }
            found[member.replace(name, "NAME")] = known.get(suffix, lambda: None)()
    return found


def in_backup(path: Path) -> dict[str, Any]:
    """Return the folders of a backup and what its manifest says, but for digests and times."""
    with tarfile.open(path) as archive:
        names = archive.getnames()
        file = archive.extractfile("manifest.json")
        manifest = json.load(file) if file else {}
    return {
        "members": sorted({re.sub(r"[0-9a-f-]{32,}", "NAME", name) for name in names}),
        "keys": sorted(manifest),
        "format": manifest["format"],
        "migrations": manifest["migrations"],
        "tables": sorted(manifest["rows"]),
    }


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    os.environ.__class__ = Environment
    surface: dict[str, Any] = {
        "settings": {
            "development": settings(MEDIA_ROOT="/media", DATABASE_URL="sqlite:////db.sqlite3"),
            "production": settings(**PRODUCTION),
        }
    }

    import django

    django.setup()

    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands, load_command_class
    from django.db import connection
    from django.test import Client

    of_ours = {app.name for app in apps.get_app_configs() if is_ours(Path(app.path))}
    call_command("migrate", verbosity=0)
    document = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=document)
    with tempfile.TemporaryDirectory() as place:
        surface |= {
            "processes": (ROOT / "Procfile").read_text().splitlines(),
            "API": described(json.loads(document.getvalue())),
            "commands": commands(),
            "tables": tables(),
            "formats": formats(Path(arguments["photo"]), Path(place)),
            "environment": dict.fromkeys(sorted(ASKED), "is read"),
        }
    print(json.dumps(surface))
