"""Looking for traces of somebody in every table and every file."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from django.db import connection

from accounts.models import Session

Content = tuple[str, bytes]
"""The name of a table or file, and something that is in it."""


def cells() -> list[Content]:
    """Return every cell of every table as bytes, and what sessions hold, which is packed."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name of a table of ours
            for cell in (cell for row in cursor.fetchall() for cell in row):
                raw = isinstance(cell, bytes | memoryview)
                found.append((table, bytes(cell) if raw else str(cell).replace("-", "").encode()))
    for session in Session.objects.all():
        found.append(("accounts_session", json.dumps(session.get_decoded()).encode()))
    return found


def contents(folder: Path) -> list[Content]:
    """Return what is in every file; of a dataset its arrays too, which are packed in it."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        found.append((path.name, path.read_bytes()))
        if path.suffix == ".npz":
            with np.load(path) as file:
                found += [(path.name, file[name].tobytes()) for name in file.files]
                found += [(path.name, str(file[name].tolist()).encode()) for name in file.files]
    return found


def places_of(traces: Iterable[bytes], folder: Path) -> set[str]:
    """Return the tables, and the files in a folder, in which any of these traces is."""
    everything = cells() + contents(folder)
    return {place for place, content in everything for trace in traces if trace in content}
