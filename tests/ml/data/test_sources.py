"""Archives, folders and tables are understood by their structure."""

import zipfile
from pathlib import Path

import pytest

from ml.data.crowd_votes import picture_key
from ml.data.decoding import read_face
from ml.data.errors import DatasetError
from ml.data.sources import Source
from ml.emotions import Emotion
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
    assert source.dropped == {"in a second copy of the tree": 35}


def test_a_folder_reads_like_its_archive(tmp_path: Path) -> None:
    files = faces.tree(train=2, test=1)
    packed = Source(faces.archive(tmp_path / "a.zip", files))
    unpacked = Source(faces.folder(tmp_path / "folder", files))
    assert list(unpacked.read()) == list(packed.read())


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
    assert source.dropped == {
        "in the folder contempt, which names no emotion": 1,
        "no labelled picture": 2,
    }


def test_kaggles_own_form_is_read(tmp_path: Path) -> None:
    pictures = {
        name.replace(".png", ".jpg"): faces.png(faces.drawn_face(1, 2), "JPEG")
        for name in faces.tree(train=2, test=1)
    }
    copy = {f"images/{name}": data for name, data in pictures.items()}
    files = pictures | copy | {"__MACOSX/images/train/sad/._0.jpg": b"", "images/.DS_Store": b""}
    source = Source(faces.archive(tmp_path / "a.zip", files))
    assert source.splits() == {"train": 14, "validation": 7}
    assert source.dropped == {"in a second copy of the tree": 21, "no labelled picture": 2}


def content(source: Source) -> list[tuple[str, str, str, bytes]]:
    """Return what matters of each picture: split, emotion, what votes know it by, and pixels."""
    return [
        (entry.split, entry.emotion, picture_key(entry.path), read_face(data)[0].tobytes())
        for entry, data in source.read()
    ]


def test_a_table_reads_like_the_pictures_that_were_made_of_it(tmp_path: Path) -> None:
    files = faces.tree(train=12, test=2)
    pictures = content(Source(faces.archive(tmp_path / "a.zip", files)))
    table = faces.table(files)
    alone = faces.folder(tmp_path, {"fer2013.csv": table}) / "fer2013.csv"
    assert content(Source(alone)) == pictures
    beside = {"fer2013/fer2013.csv": table, "fer2013/README": b"", "fer2013/._fer2013.csv": b""}
    for path in (faces.archive(tmp_path / "b.zip", beside), faces.folder(tmp_path / "b", beside)):
        source = Source(path)
        assert content(source) == pictures
        assert source.dropped == {"no labelled picture": 2}


def test_bad_rows_of_a_table_are_dropped_and_told(tmp_path: Path) -> None:
    table = faces.table(faces.tree(train=1, test=1)) + b"\n0,1 2 3,Training\nnonsense"
    source = Source(faces.folder(tmp_path, {"t.CSV": table}) / "t.CSV")
    assert len(source.entries) == 14
    assert source.dropped == {
        "a row with other columns": 1,
        "a row without 2304 pixels from 0 to 255": 1,
    }


def test_pictures_come_before_a_table_beside_them(tmp_path: Path) -> None:
    files = faces.tree(train=1, test=1) | {"labels.csv": b"image,label"}
    source = Source(faces.archive(tmp_path / "a.zip", files))
    assert source.splits() == {"train": 7, "validation": 7}
    assert source.dropped == {"labels.csv, a table that is not used": 1}


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    table = faces.table(faces.tree(train=1, test=1))
    path = faces.archive(tmp_path / "a.zip", {"fer2013.csv": table})
    path.write_bytes(path.read_bytes().replace(b"Training", b"Draining", 1))
    with pytest.raises(DatasetError, match=r"a\.zip: expected a readable fer2013\.csv \(Bad CRC"):
        Source(path)


def test_what_cannot_be_unpacked_is_told_where_nothing_is_left(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("images/train/sad/1.png", b"x")
    with pytest.raises(DatasetError, match=r"found no face \(packed in an unusual way: 1\)"):
        Source(tmp_path / "a.zip")


def test_what_is_no_dataset_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="expected <split>/<emotion>/<picture>"):
        Source(faces.archive(tmp_path / "b.zip", {"photo.png": b"", "other/x.png": b""}))
    with pytest.raises(DatasetError, match=r"found no face \(nothing inside\)"):
        Source(faces.archive(tmp_path / "c.zip", {}))
    with pytest.raises(DatasetError, match="columns emotion, pixels, Usage, received 'a, b'"):
        Source(faces.archive(tmp_path / "d.zip", {"other.csv": b"a,b"}))
    with pytest.raises(DatasetError, match=r"\(one\.csv, a table that is not used: 1, two"):
        Source(faces.archive(tmp_path / "e.zip", {"one.csv": b"", "two.csv": b""}))


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
    with pytest.raises(DatasetError, match="one split or its name, found a: 1, b: 1"):
        pick("a", "b")
