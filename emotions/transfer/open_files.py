"""The files of imports that this process works on, each opened once for all its slices.

From a bucket, a file is downloaded when it is opened.
"""

from typing import IO, Any, cast

from django.core.files.base import File
from django.core.files.storage import default_storage

from emotions.models import Import

_files: dict[str, "File[Any]"] = {}
"""By the name in the storage."""


class LeftOpen:
    """A file that readers do not close when they are forgotten."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def close(self) -> None:
        """Leave it open."""


def open_file(job: Import) -> IO[bytes]:
    """Return the file of an import at its beginning, as an earlier slice opened it.

    What other processes have finished with is closed.

    Raises:
        FileNotFoundError: it is not there any more.
    """
    name = str(job.file.name)
    unfinished = set(
        Import.objects.unfinished().filter(file__in=_files).values_list("file", flat=True)
    )
    for other in set(_files) - unfinished:
        close_file(other)
    if name not in _files:
        _files[name] = default_storage.open(name)
    content = cast(IO[bytes], _files[name].file)
    content.seek(0)
    return cast(IO[bytes], LeftOpen(content))


def close_file(name: str) -> None:
    """Close the file with this name in the storage, if it is open here."""
    if file := _files.pop(name, None):
        file.close()
