"""Keep stored files from other accounts of the machine.

New files are private by the umask of every process (`manage.py`, `emoplatform/wsgi.py`) and by
Django's own settings. What was written before that is mended by each `migrate`.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info
from django.core.files.storage import FileSystemStorage, default_storage

logger = logging.getLogger(__name__)

OTHERS = 0o077
"""Every right of the group and of everybody else."""


def private_places() -> list[Path]:
    """Return the folder of stored files and the files of SQLite, as far as the site has them."""
    places: list[Path] = []
    if isinstance(default_storage, FileSystemStorage):
        places.append(Path(default_storage.location))
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        name = str(database["NAME"])
        places += [Path(name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]
    return [place for place in places if place.exists()]


def open_to_others(places: list[Path]) -> list[Path]:
    """Return the places that other accounts may read, write or list.

    Nobody gets at files in a folder that is closed, whatever their own rights.
    """
    return [place for place in places if place.stat().st_mode & OTHERS]


def close(place: Path) -> None:
    """Take every right from other accounts, of a folder last, so that a killed run begins anew.

    Raises:
        OSError: it belongs to somebody else.
    """
    for path in [*walk(place), place]:
        mode = path.stat().st_mode
        if mode & OTHERS:
            path.chmod(mode & 0o700)


def walk(folder: Path) -> Iterator[Path]:
    """Yield all files and folders in a folder, without following links."""
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            if not path.is_symlink():
                yield path


def tighten_after_migrating(**_: Any) -> None:
    """Close what earlier versions left open; `check --deploy` names what cannot be closed."""
    for place in open_to_others(private_places()):
        try:
            close(place)
        except OSError as error:
            logger.warning("%s stays open to other accounts: %s", place, error.strerror)
        else:
            logger.info("%s was open to other accounts and is private now", place)


def check_private_files(**_: Any) -> list[CheckMessage]:
    """Name the places that other accounts may read.

    No more than that, since the check comes before `migrate` where a site is upgraded.
    """
    return [
        Info(
            f"Other accounts of this machine may read {place}.",
            hint=f"Run manage.py migrate as the owner of the file, or chmod -R go= {place}.",
            id="emoplatform.I002",
        )
        for place in open_to_others(private_places())
    ]
