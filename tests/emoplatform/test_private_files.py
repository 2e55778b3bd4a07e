"""What people entrust to a site is closed to other accounts of its machine."""

import ast
import configparser
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from emoplatform import private_files
from tests.emoplatform.test_settings import LOCAL_DISK

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_pictures_and_their_folders_are_private(media: Path) -> None:
    default_storage.save("photos/one.jpg", ContentFile(b"one"))
    assert mode(media / "photos" / "one.jpg") == 0o600
    assert mode(media / "photos") == mode(media) == 0o700


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "shell", "--no-imports", "--command", "import os; print(os.umask(0))"),
        ("-c", "import os, emoplatform.wsgi; print(os.umask(0))"),
    ],
    ids=["a command", "the site"],
)
def test_every_process_writes_private_files(command: tuple[str, ...]) -> None:
    told = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) == 0o077


def test_a_database_of_sqlite_is_private_from_its_first_byte(tmp_path: Path) -> None:
    code = (
        "import pathlib; from django.db import connection; "
        "connection.cursor().execute('CREATE TABLE moods (note text)'); "
        f"files = pathlib.Path({str(tmp_path)!r}).glob('db*'); "
        "print({f'{path.name} {path.stat().st_mode & 0o777:o}' for path in files})"
    )
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    suffixes = ("", "-wal", "-shm")
    assert ast.literal_eval(told.stdout) == {f"db.sqlite3{suffix} 600" for suffix in suffixes}


def test_static_files_are_for_everybody_even_so(tmp_path: Path) -> None:
    folder, sheet = tmp_path / "static", tmp_path / "ours" / "css" / "sheet.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text("p { color: red }" * 1000)
    code = (
        "import sys, runpy; from django.conf import settings; "
        f"settings.STATIC_ROOT = {str(folder)!r}; "
        f"settings.STATICFILES_DIRS = [{str(tmp_path / 'ours')!r}]; "
        "settings.STATICFILES_FINDERS = ['django.contrib.staticfiles.finders.FileSystemFinder']; "
        "sys.argv = ['manage.py', 'collectstatic', '--no-input', '--verbosity=0']; "
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    subprocess.run(
        ["/bin/sh", "-c", 'umask 077; exec "$0" -c "$1"', sys.executable, code],
        cwd=ROOT,
        env={
            **os.environ,
            **LOCAL_DISK,
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "emoplatform.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'none'}",
            "MEDIA_IS_PERSISTENT": "1",
        },
        check=True,
    )
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".css", ".gz"}
    assert {mode(path) for path in files} == {0o644}
    assert {mode(path) for path in [folder, *folder.rglob("*")] if path.is_dir()} == {0o755}


@pytest.fixture
def old_site(tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The folder and the database of a site that an earlier version wrote."""
    database = tmp_path / "old.sqlite3"
    described = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}}
    monkeypatch.setattr(private_files, "settings", SimpleNamespace(DATABASES=described))
    for path in (media / "photos" / "one.jpg", media / "versions" / "v" / "emotion.tflite"):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"one")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").write_bytes(b"rows")
    return media, database


def test_what_an_earlier_version_wrote_is_named_and_closed(
    old_site: tuple[Path, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    media, database = old_site
    outside = tmp_path / "outside"
    outside.write_text("of somebody else")
    (media / "link").symlink_to(outside)
    named = [message.msg for message in private_files.check_private_files()]
    assert len(named) == 4
    assert str(media) in named[0]
    assert str(database) in named[1]

    caplog.set_level("INFO")
    private_files.tighten_after_migrating()
    assert f"{media} was open to other accounts" in caplog.text
    assert private_files.check_private_files() == []
    assert mode(media / "versions" / "v") == mode(media) == 0o700
    assert mode(media / "photos" / "one.jpg") == 0o600
    assert mode(Path(f"{database}-wal")) == 0o600
    assert mode(outside) == 0o644

    caplog.clear()
    private_files.tighten_after_migrating()
    assert caplog.text == ""


def test_what_belongs_to_another_account_is_told(
    old_site: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    media, _ = old_site

    def refuse(_self: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    private_files.tighten_after_migrating()
    assert caplog.messages[0] == f"{media} stays open to other accounts: Operation not permitted"
    assert len(private_files.check_private_files()) == 4


@pytest.mark.django_db
def test_an_upgrade_closes_it(old_site: tuple[Path, Path]) -> None:
    media, _ = old_site
    call_command("migrate", verbosity=0)
    assert mode(media) == 0o700


@pytest.mark.parametrize("unit", sorted((ROOT / "deploy" / "systemd").glob("*.service")))
def test_units_keep_files_and_state_private(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keeps capitals
    parser.read(unit)
    assert parser["Service"]["UMask"] == "0077"
    assert parser["Service"]["StateDirectoryMode"] == "0700"
