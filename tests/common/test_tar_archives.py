"""Tar archives are read like zip archives, and what is hostile in them is refused."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from common import archives, tar_archives
from common.archives import ArchiveError
from common.file_sources import open_files

Change = Callable[[tarfile.TarInfo], object]


def archive(
    path: Path, *files: tuple[str, bytes], change: Change = lambda entry: None, mode: str = "w:gz"
) -> Path:
    """Write an archive whose last entry is changed."""
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for number, (name, content) in enumerate(files, start=1):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            if number == len(files):
                change(entry)
            tar.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("mode", ["w:gz", "w"])
@pytest.mark.parametrize("name", ["a.tar.gz", "a.tgz", "a.tar", "a.zip", "a"])
def test_files_are_read_whatever_the_archive_is_called(
    tmp_path: Path, name: str, mode: str
) -> None:
    files = open_files(
        archive(tmp_path / name, ("./d/b.txt", b"second"), ("d/a\u202fb.txt", b"first"), mode=mode)
    )
    assert sorted(files.names) == ["d/a\u202fb.txt", "d/b.txt"]
    for _ in range(2):
        assert files.read("d/b.txt") == b"second"
        assert files.open("d/a\u202fb.txt").read() == b"first"
    assert files.checksum("d/b.txt") != files.checksum("d/a\u202fb.txt")


def test_odd_names_and_second_copies_are_counted(tmp_path: Path) -> None:
    files = open_files(
        archive(tmp_path / "a.tgz", ("a", b"1"), ("a", b"2"), ("b\nc", b"3"), ("\udce9", b"4"))
    )
    assert (files.names, files.read("a")) == (["a"], b"1")
    assert files.dropped == {"a name that was there before": 1, "an odd name": 2}


def kind(of: bytes) -> Change:
    def change(entry: tarfile.TarInfo) -> None:
        entry.type, entry.linkname = of, "/etc/passwd"

    return change


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("../a", lambda entry: None, "leads out of the archive"),
        ("a/../../b", lambda entry: None, "leads out of the archive"),
        ("..\\a", lambda entry: None, "leads out of the archive"),
        ("/a", lambda entry: None, "leads out of the archive"),
        ("C:/a", lambda entry: None, "leads out of the archive"),
        ("a", kind(tarfile.SYMTYPE), "is a link"),
        ("a", kind(tarfile.LNKTYPE), "is a link"),
        ("a", kind(tarfile.CHRTYPE), "is no regular file"),
        ("a", kind(tarfile.BLKTYPE), "is no regular file"),
        ("a", kind(tarfile.FIFOTYPE), "is no regular file"),
    ],
)
def test_an_entry_that_is_no_plain_file_refuses_the_whole(
    tmp_path: Path, name: str, change: Change, reason: str
) -> None:
    path = archive(tmp_path / "a.tar.gz", ("fine", b"1"), (name, b"2"), change=change)
    with pytest.raises(ArchiveError, match=reason):
        open_files(path)


def test_a_sparse_entry_is_refused(tmp_path: Path) -> None:
    def sparse(entry: tarfile.TarInfo) -> None:
        entry.pax_headers = {
            "GNU.sparse.map": "0,1",
            "GNU.sparse.size": str(2**40),
            "GNU.sparse.name": "a",
        }

    with pytest.raises(ArchiveError, match="is no regular file"):
        open_files(archive(tmp_path / "a.tar", ("a", b"1"), change=sparse, mode="w"))


def test_limits_hold_for_entries_names_and_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb.tar.gz"
    bomb.write_bytes(gzip.compress(bytes(2**23)))
    with pytest.raises(ArchiveError, match="no more than 200 times its size"):
        open_files(bomb)
    few = archive(tmp_path / "few.tgz", ("a", b"1"), ("b", b"2"), ("c", b"3" * 5000))
    long = archive(tmp_path / "long.tgz", ("a" * 9000, b"1"))
    for module, limit, value, path, reason in [
        (tar_archives, "MAX_ENTRIES", 2, few, "expected at most 2 entries, has more"),
        (archives, "MAX_ENTRY_BYTES", 4096, few, "has more than 0 MB"),
        (archives, "MAX_ENTRY_BYTES", 8192, long, "expected at most"),
        (tar_archives, "MAX_TOTAL_BYTES", 4096, few, "unpacked"),
    ]:
        with monkeypatch.context() as patched:
            patched.setattr(module, limit, value)
            with pytest.raises(ArchiveError, match=reason):
                open_files(path)
    assert open_files(few).names == ["a", "b", "c"]


def test_a_damaged_archive_is_not_half_an_archive(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.tar", ("a", b"1"), ("b", b"2"), mode="w").read_bytes()
    path = tmp_path / "damaged.tar.gz"
    damaged = bytearray(whole)
    damaged[1024 + 150] ^= 1  # In the checksum of the second header.
    for content in [
        gzip.compress(whole)[:-20],
        gzip.compress(bytes(damaged)),
        gzip.compress(b"emotion,pixels,Usage\n0,1 2 3,Training\n"),
        whole[: 1024 + 300],
        whole[:700],
    ]:
        path.write_bytes(content)
        with pytest.raises(ArchiveError, match="expected a whole tar archive"):
            open_files(path)
