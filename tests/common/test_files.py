"""Files are written whole or not at all."""

import stat
from pathlib import Path

import pytest

from common.files import atomic_write


def fill_disk(path: Path) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text("half")
        raise OSError("disk full")


def test_file_is_replaced_when_the_block_succeeds(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")

    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new"
    assert [*tmp_path.iterdir()] == [path]


def test_file_stays_as_it_was_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")

    with pytest.raises(OSError, match="disk full"):
        fill_disk(path)

    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_mode_holds_while_the_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"

    with atomic_write(path, mode=0o600) as temporary:
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        temporary.write_text("secret")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
