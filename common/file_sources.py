"""Opening what holds files: a folder, an archive or a single table."""

from collections import Counter
from pathlib import Path

from common.archives import Archive, ArchiveError, Files, Folder, is_table
from common.tar_archives import TarArchive, is_tar


def open_files(path: Path) -> Files:
    """Open a folder, a zip or tar archive, or a single CSV file.

    Raises:
        ArchiveError: it does not exist, is none of these, or is unsafe.
    """
    if path.is_dir():
        return Folder.scan(path)
    if not path.is_file():
        raise ArchiveError(
            f"{path}: expected an archive, a folder or a CSV file, received nothing there."
        )
    if is_table(path.name):
        return Folder(path.parent, [path.name], Counter())
    return TarArchive(path) if is_tar(path) else Archive(path)
