"""Archives and folders are understood by their structure and never trusted."""

import zipfile
from pathlib import Path

import pytest

from ml import sources
from ml.emotions import Emotion
from ml.sources import DatasetError, Source
from tests.ml import faces


@pytest.mark.parametrize("root", ["images", "images/images", "a/b/c"])
def test_the_dataset_is_found_however_deep_it_lies(tmp_path: Path, root: str) -> None:
    source = Source(faces.archive(tmp_path / "a.zip", faces.tree(train=2, test=1, root=root)))
    assert source.splits() == {"train": 14, "validation": 7}
    assert len(list(source.read("train"))) == 14


def test_a_copy_nested_in_itself_counts_once(tmp_path: Path) -> None:
    files = faces.tree(train=2) | faces.tree(train=2, root="images/images")
    source = Source(faces.archive(tmp_path / "a.zip", files))
    assert source.splits()["train"] == 14
    assert {entry.path.count("images") for entry in source.entries} == {1}
    assert (source.copies, source.strays) == (35, 0)


def test_a_folder_reads_like_its_archive(tmp_path: Path) -> None:
    files = faces.tree(train=2, test=1)
    packed = Source(faces.archive(tmp_path / "a.zip", files))
    for name, data in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(data)
    assert list(Source(tmp_path / "folder").read()) == list(packed.read())


def test_spellings_are_understood_and_strays_are_counted(tmp_path: Path) -> None:
    files = {
        "d/Train/Happiness/1.JPG": b"",
        "d/Train/surprised/1.jpeg": b"",
        "d/Testing/Anger/1.png": b"",
        "d/train/contempt/1.png": b"",
        "d/README.txt": b"",
        "d/train/sad/.hidden.png": b"",
    }
    source = Source(faces.archive(tmp_path / "a.zip", files))
    assert [(entry.split, entry.emotion) for entry in source.entries] == [
        ("test", Emotion.ANGRY),
        ("train", Emotion.HAPPY),
        ("train", Emotion.SURPRISE),
    ]
    assert source.strays == 3


@pytest.mark.parametrize(
    "name", ["../out.png", "/etc/out.png", "a\\..\\..\\out.png", "C:\\out.png"]
)
def test_an_entry_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = faces.archive(tmp_path / "a.zip", {**faces.tree(train=1), name: b"x"})
    with pytest.raises(DatasetError, match="leads out of the archive"):
        Source(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(("slash", "start"), [("/", "./"), ("//", ""), ("\\", "")])
def test_entries_are_read_however_their_paths_are_written(
    tmp_path: Path, slash: str, start: str
) -> None:
    files = faces.tree(train=1, test=1)
    odd = {start + name.replace("/", slash): data for name, data in files.items()}
    source = Source(faces.archive(tmp_path / "a.zip", odd))
    assert {entry.path: data for entry, data in source.read()} == files


@pytest.mark.parametrize("harm", ["damaged", "encrypted", "packed in an unknown way"])
def test_an_entry_that_cannot_be_unpacked_reads_as_empty(tmp_path: Path, harm: str) -> None:
    path = faces.archive(tmp_path / "a.zip", faces.tree(train=1, test=1))
    content = bytearray(path.read_bytes())
    local, listed = content.index(b"PK\x03\x04"), content.index(b"PK\x01\x02")
    if harm == "damaged":
        content[content.index(b"IDAT") + 20] ^= 0xFF
    elif harm == "encrypted":
        content[local + 6] |= 1
        content[listed + 8] |= 1
    else:
        content[local + 8] = content[listed + 10] = 99
    path.write_bytes(content)
    empty = [entry.path for entry, data in Source(path).read() if not data]
    assert empty == ["images/train/angry/0.png"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("images/train/sad/1.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(DatasetError, match="is a link"):
        Source(tmp_path / "a.zip")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("images/train/sad/1.png", bytes(10_000_000))
    with pytest.raises(DatasetError, match="packed like a bomb"):
        Source(tmp_path / "a.zip")


def test_too_many_too_large_and_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = faces.archive(tmp_path / "a.zip", faces.tree(train=1, test=1))
    for limit, words in [
        ("MAX_ENTRIES", "at most 10 entries, received 14"),
        ("MAX_ENTRY_BYTES", "has more than 0 MB"),
        ("MAX_TOTAL_BYTES", "has more than 0 GB unpacked"),
    ]:
        with monkeypatch.context() as patched:
            patched.setattr(sources, limit, 10)
            with pytest.raises(DatasetError, match=words):
                Source(path)


def test_what_is_no_dataset_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    text = tmp_path / "a.zip"
    text.write_text("I am a text.")
    with pytest.raises(DatasetError, match="expected a zip archive or a folder"):
        Source(text)
    with pytest.raises(DatasetError, match="received nothing there"):
        Source(tmp_path / "missing.zip")
    with pytest.raises(DatasetError, match="expected <split>/<emotion>/<picture>"):
        Source(faces.archive(tmp_path / "b.zip", {"photo.png": b"", "other/x.png": b""}))


def test_the_split_is_test_else_validation_else_the_only_one(tmp_path: Path) -> None:
    def pick(*splits: str, wanted: str | None = None) -> str:
        files = {f"d/{split}/sad/1.png": b"" for split in splits}
        return Source(faces.archive(tmp_path / "a.zip", files)).pick_split(wanted)

    assert pick("train", "validation", "test") == "test"
    assert pick("train", "validation") == "validation"
    assert pick("wild") == "wild"
    assert pick("train", "test", wanted="train") == "train"
    with pytest.raises(DatasetError, match="expected the split test, found train"):
        pick("train", wanted="test")
    with pytest.raises(DatasetError, match="one split or its name, found a, b"):
        pick("a", "b")
