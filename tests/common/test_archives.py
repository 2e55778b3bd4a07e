"""What is inside an archive or a folder is hostile until proven otherwise."""

import gc
import os
import random
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from common import archives
from common.archives import Archive, ArchiveError, Folder
from common.file_sources import open_files
from tests.ml import faces

PLACE = "images/train/sad/1.png"


def patched(path: Path, old: bytes, new: bytes) -> Path:
    """Replace bytes of a file, as no honest maker of archives would."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


def numbers_changed(path: Path, local: int, listed: int, form: str, value: int) -> Path:
    """Overwrite a number in the header of the first entry and in the table of contents."""
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, content.index(b"PK\x03\x04") + local, value)
    struct.pack_into(form, content, content.index(b"PK\x01\x02") + listed, value)
    path.write_bytes(content)
    return path


def repeated(path: Path, times: int, name: bytes = PLACE.encode()) -> Path:
    """Write an archive that lists one empty entry so many times."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name
    listed = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), *[0] * 6)
        + name
    )
    size, count = times * len(listed), min(times, 0xFFFF)
    with path.open("wb") as file:
        file.write(local)
        for _ in range(times // 1000):
            file.write(listed * 1000)
        start = file.tell()
        file.write(
            struct.pack(
                "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, times, times, size, len(local)
            )
        )
        file.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, start, 1))
        file.write(
            struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        )
    return path


@pytest.mark.parametrize(
    "name",
    ["../out.png", "/etc/out.png", "a\\..\\..\\out.png", "C:\\out.png", "\\\\server\\x.png"],
)
def test_an_entry_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = faces.archive(tmp_path / "a.zip", {PLACE: b"x", name: b"x"})
    with pytest.raises(ArchiveError, match="leads out of the archive"):
        Archive(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    ("mode", "words"), [(0o120777, "is a link"), (0o010644, "is no regular file")]
)
def test_a_link_and_a_special_file_are_refused(tmp_path: Path, mode: int, words: str) -> None:
    link = zipfile.ZipInfo(PLACE)
    link.external_attr = mode << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveError, match=words):
        Archive(tmp_path / "a.zip")


def test_a_million_entries_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    path = repeated(tmp_path / "a.zip", 1_000_000)
    tracemalloc.start()
    with pytest.raises(ArchiveError, match=r"at most 200000 entries, received .* 64 MB"):
        Archive(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_an_archive_that_claims_fewer_entries_than_it_lists_is_refused(tmp_path: Path) -> None:
    path = repeated(tmp_path / "a.zip", 1_000_000)
    patched(path, struct.pack("<2Q", 1_000_000, 1_000_000), struct.pack("<2Q", 1, 1))
    with pytest.raises(ArchiveError, match="at most 200000 entries"):
        Archive(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(PLACE, bytes(10_000_000))
    with pytest.raises(ArchiveError, match="packed like a bomb"):
        Archive(tmp_path / "a.zip")


def test_an_entry_that_claims_to_be_small_is_unpacked_no_further(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(PLACE, bytes(100_000_000))
    archive = Archive(numbers_changed(path, 22, 24, "<L", 1000))
    tracemalloc.start()
    assert archive.read(PLACE) == b"", "its checksum is not that of what it claims"
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_limit_is_dropped_packed(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as packed:
        packed.writestr(PLACE, bytes(10_000))
    archive = Archive(tmp_path / "a.zip")
    assert (archive.names, archive.dropped) == ([], {"packed in an unusual way": 1})


def test_an_archive_inside_the_archive_stays_closed(tmp_path: Path) -> None:
    inner = faces.archive(tmp_path / "inner.zip", {"../out.png": b"x"}).read_bytes()
    assert Archive(faces.archive(tmp_path / "a.zip", {"x.zip": inner})).names == ["x.zip"]


def test_too_many_too_large_and_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = faces.archive(tmp_path / "a.zip", {PLACE: bytes(100), "images/train/sad/2.png": b""})
    for limit, most, words in [
        ("MAX_ENTRIES", 1, "at most 1 entries, received 2"),
        ("MAX_ENTRY_BYTES", 10, "received a table of contents of 0 MB"),
        ("MAX_TOTAL_BYTES", 10, "has more than 0 GB unpacked"),
    ]:
        with monkeypatch.context() as limited:
            limited.setattr(archives, limit, most)
            with pytest.raises(ArchiveError, match=words):
                Archive(path)


def test_a_table_may_be_larger_than_a_picture(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(17 * 2**20)
    table = faces.archive(tmp_path / "table.zip", {"fer2013.csv": noise})
    assert Archive(table).names == ["fer2013.csv"]
    with pytest.raises(ArchiveError, match="has more than 16 MB"):
        Archive(faces.archive(tmp_path / "a.zip", {PLACE: noise}))


def test_of_entries_with_one_name_the_first_counts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in [(PLACE, b"first"), (PLACE, b"second"), (f"./{PLACE}", b"third")]:
            packed.writestr(name, data)
    archive = Archive(tmp_path / "a.zip")
    assert [archive.read(name) for name in archive.names] == [b"first"]
    assert archive.dropped == {"a name that was there before": 2}


@pytest.mark.parametrize(
    "name", ["a\nb.png", "a\x1b[2J.png", "a\x00b.png", "\x00.png", "\u202egnp.a"]
)
def test_odd_names_are_dropped(tmp_path: Path, name: str) -> None:
    placeholder = "Z" * len(name.encode())
    path = faces.archive(tmp_path / "a.zip", {placeholder: b"x", "b.png": b"y"})
    patched(path, placeholder.encode(), name.encode())
    if not name.isascii():
        numbers_changed(path, 6, 8, "<H", 0x800)
    archive = Archive(path)
    assert (archive.names, archive.dropped) == (["b.png"], {"an odd name": 1})


def test_an_entry_without_a_name_is_no_crash(tmp_path: Path) -> None:
    path = repeated(tmp_path / "a.zip", 1000, name=b"")
    assert Archive(path).dropped == {"a name that was there before": 999}


@pytest.mark.parametrize("folder", [f"{PLACE}/", PLACE.replace("/", "\\") + "\\"])
def test_a_folder_with_the_name_of_a_picture_is_none(tmp_path: Path, folder: str) -> None:
    archive = Archive(faces.archive(tmp_path / "a.zip", {folder: b"", "b.png": b"x"}))
    assert (archive.names, archive.dropped) == (["b.png"], {})


@pytest.mark.parametrize(("slash", "start"), [("/", "./"), ("//", ""), ("\\", "")])
def test_entries_are_read_however_their_paths_are_written(
    tmp_path: Path, slash: str, start: str
) -> None:
    archive = Archive(
        faces.archive(tmp_path / "a.zip", {start + PLACE.replace("/", slash): b"content"})
    )
    assert [(name, archive.read(name)) for name in archive.names] == [(PLACE, b"content")]


def test_an_encrypted_entry_is_dropped(tmp_path: Path) -> None:
    path = faces.archive(tmp_path / "a.zip", {PLACE: b"x", "b.png": b"y"})
    archive = Archive(numbers_changed(path, 6, 8, "<H", 1))
    assert (archive.names, archive.dropped) == (["b.png"], {"encrypted": 1})


def test_a_damaged_entry_reads_as_empty(tmp_path: Path) -> None:
    path = faces.archive(tmp_path / "a.zip", {PLACE: b"content", "b.png": b"other"})
    archive = Archive(patched(path, b"content", b"damaged"))
    assert [archive.read(name) for name in archive.names] == [b"", b"other"]


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = faces.archive(tmp_path / "a.zip", faces.tree(train=1, test=1))
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ArchiveError, match="expected a zip or tar"):
            Archive(path)


def test_whatever_is_damaged_it_is_an_answer_and_no_crash(tmp_path: Path) -> None:
    path = faces.archive(tmp_path / "a.zip", {PLACE: b"content" * 9, "b.png": b"other" * 9})
    content, dice = path.read_bytes(), random.Random(1)
    for _ in range(3000):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.choice([0, 1, 255, dice.randrange(256)])
        path.write_bytes(damaged)
        try:
            archive = Archive(path)
        except ArchiveError:
            continue
        for name in archive.names:
            archive.read(name)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = faces.folder(tmp_path / "outside", {"train/sad/1.png": b"secret"})
    inside = faces.folder(tmp_path / "inside", {"train/sad/2.png": b"x"})
    (inside / "train/sad/1.png").symlink_to(outside / "train/sad/1.png")
    (inside / "test").symlink_to(outside / "train")
    (inside / "train/again").symlink_to(inside)
    folder = Folder.scan(inside)
    assert (folder.names, folder.dropped) == (["train/sad/2.png"], {"a link": 3})


def test_special_files_and_odd_names_in_a_folder_are_dropped(tmp_path: Path) -> None:
    faces.folder(tmp_path, {"b.png": b"x", "a\nb.png": b"x"})
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / os.fsdecode(b"\xff.png")).write_bytes(b"x")
    folder = Folder.scan(tmp_path)
    assert folder.names == ["b.png"]
    assert folder.dropped == {"no regular file": 1, "an odd name": 2}


def test_a_file_of_a_folder_that_is_gone_reads_as_empty(tmp_path: Path) -> None:
    folder = Folder.scan(faces.folder(tmp_path, {"a.png": b"x"}))
    (tmp_path / "a.png").unlink()
    assert folder.read("a.png") == b""


def test_a_folder_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
    faces.folder(tmp_path, {"a/1.png": b"", "a/2.png": b""})
    with pytest.raises(ArchiveError, match="at most 2 entries"):
        Folder.scan(tmp_path)


def test_what_is_no_container_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    text = tmp_path / "a.zip"
    text.write_text("I am a text.")
    with pytest.raises(ArchiveError, match="expected a zip or tar"):
        open_files(text)
    os.mkfifo(tmp_path / "pipe")
    for nothing in ("missing.zip", "pipe"):
        with pytest.raises(ArchiveError, match=f"{nothing}: .* received nothing there"):
            open_files(tmp_path / nothing)


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2024-05-01 at 9.41.00\u202fAM.png",
        "no\u00a0break\u3000wide.png",
        "\u200dzero\ufeff.png",
        "👩\u200d🚀.png",
        "2024-05-01 12:30 faces/1.png",
        "12:30.png",
        "C/d:e.png",
        "ab:cd.png",
    ],
)
def test_unusual_spaces_and_colons_are_part_of_a_name(tmp_path: Path, name: str) -> None:
    archive = Archive(faces.archive(tmp_path / "a.zip", {name: b"x"}))
    assert (archive.names, archive.dropped) == ([name], {})
    place = tmp_path / "folder" / name
    place.parent.mkdir(parents=True)
    place.touch()
    assert Folder.scan(tmp_path / "folder").names == [name]


@pytest.mark.parametrize(
    "name", ["a\nb.png", "a\x7fb.png", "a\u0085.png", "\u202egnp.exe", "\u2066a"]
)
def test_names_that_could_garble_what_shows_them_are_dropped(tmp_path: Path, name: str) -> None:
    archive = Archive(faces.archive(tmp_path / "a.zip", {name: b"x"}))
    assert (archive.names, archive.dropped) == ([], {"an odd name": 1})


@pytest.mark.parametrize("name", ["C:out.png", "c:\\out.png", "z:/out.png"])
def test_a_drive_leads_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="leads out of the archive"):
        Archive(faces.archive(tmp_path / "a.zip", {name: b"x"}))


def test_a_file_that_is_no_archive_does_not_stay_open(tmp_path: Path) -> None:
    (tmp_path / "wrong.zip").write_text("I am a text.")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(ArchiveError) as refused:
            Archive(tmp_path / "wrong.zip")
        refused.value.args = (refused.value,)  # A cycle, which only the collector ends.
        del refused
        gc.collect()
    assert told == []
