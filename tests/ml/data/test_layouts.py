"""Datasets are read in the shapes that people download, and what is left out is named."""

import io
import tarfile
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from ml.data.coverage import gaps
from ml.data.crowd_votes import CHOICES
from ml.data.errors import DatasetError
from ml.data.preparation import prepare
from ml.data.sources import Source
from ml.data.spellings import emotion_named, parse_labels, split_named
from ml.emotions import EMOTIONS, Emotion
from tests.ml import faces

FILES = faces.tree(train=5, test=1, root="d", other="test")


def source(folder: Path, files: dict[str, bytes], labels: tuple[str, ...] = ()) -> Source:
    return Source(faces.archive(folder / "a.zip", files), parse_labels(labels))


def renamed(*pairs: tuple[str, str], files: dict[str, bytes] = FILES) -> dict[str, bytes]:
    """Return a dataset whose paths have other parts."""
    for old, new in pairs:
        files = {path.replace(old, new): data for path, data in files.items()}
    return files


def counts(source: Source) -> dict[str, dict[str, int]]:
    """Return how many pictures each emotion has in each split."""
    return {
        split: dict(Counter(entry.emotion for entry in source.entries if entry.split == split))
        for split in source.splits()
    }


def five_to_one() -> dict[str, dict[str, int]]:
    return {"train": dict.fromkeys(EMOTIONS, 5), "test": dict.fromkeys(EMOTIONS, 1)}


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train/train", "test/test"),
        ("dataset_train/train", "dataset_test/test"),
        ("dataset_train", "dataset_test"),
        ("a/b/train", "test"),
        ("TRAIN", "Testing"),
        ("Training Set", "test set"),
        ("train/images", "test/images"),
        ("FER2013Train", "FER2013Test"),
        ("train_images", "test_images"),
        ("train/subject 1", "test/subject 2"),
        ("Training", "PrivateTest"),
    ],
)
def test_both_splits_are_found_in_every_layout(tmp_path: Path, train: str, test: str) -> None:
    files = renamed(("d/train/", f"{train}/"), ("d/test/", f"{test}/"))
    found = source(tmp_path, files)
    assert counts(found) == five_to_one()
    assert not found.dropped


def test_folders_may_name_the_emotion_before_the_split_or_hold_more_folders(tmp_path: Path) -> None:
    parts = [(path.split("/"), data) for path, data in FILES.items()]
    turned = {f"d/{p[2]}/{p[1]}/{p[3]}": data for p, data in parts}
    assert counts(source(tmp_path, turned)) == five_to_one()
    deeper = {f"d/{p[1]}/{p[2]}/subject/{p[3]}": data for p, data in parts}
    assert counts(source(tmp_path, deeper)) == five_to_one()


def test_names_of_splits_mean_the_same_in_folders_and_tables(tmp_path: Path) -> None:
    files = faces.tree(train=2, test=1, root="d") | faces.tree(
        train=0, test=1, root="d", other="test"
    )
    names = [("train", "Training"), ("validation", "PublicTest"), ("test", "PrivateTest")]
    folders = renamed(*((f"/{plain}/", f"/{name}/") for plain, name in names), files=files)
    assert source(tmp_path, folders).splits() == {"train": 14, "validation": 7, "test": 7}
    for name in ("val", "valid", "Validation", "PublicTest", "public_test"):
        table = faces.table(files).replace(b"PublicTest", name.encode())
        assert source(tmp_path, {"fer.csv": table}).splits()["validation"] == 7
        assert split_named(name) == "validation"


@pytest.mark.parametrize(("kind", "ending"), [("WEBP", "webp"), ("JPEG", "jfif"), ("JPEG", "jpe")])
def test_content_decides_what_is_a_picture_whatever_it_is_called(
    tmp_path: Path, kind: str, ending: str
) -> None:
    picture = faces.png(faces.drawn_face(0, 0), kind)
    files = {path.replace(".png", f".{ending}"): picture for path in FILES} | {
        "d/train/sad/0": picture,
        "d/train/sad/0.tmp": picture,
        "d/train/sad/Thumbs.db": b"\xd0\xcf\x11\xe0",
        "d/train/sad/photo.gif": b"GIF89a",
    }
    found = source(tmp_path, files)
    assert found.splits() == {"train": 37, "test": 7}
    assert found.dropped == {"no JPEG, PNG or WebP inside": 2}


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("happy ", Emotion.HAPPY),
        ("3_happy", Emotion.HAPPY),
        ("03. Happiness", Emotion.HAPPY),
        ("HAPPY", Emotion.HAPPY),
        ("happy faces", Emotion.HAPPY),
        ("joy", Emotion.HAPPY),
        ("Anger", Emotion.ANGRY),
        ("disgusted", Emotion.DISGUST),
        ("Fears", Emotion.FEAR),
        ("sadness", Emotion.SAD),
        ("surprises", Emotion.SURPRISE),
        ("Neutral\u00a0", Emotion.NEUTRAL),
        ("not happy", None),
        ("happy-sad", None),
        ("contempt", None),
        ("3", None),
        ("", None),
    ],
)
def test_an_emotion_is_known_by_its_names(name: str, emotion: Emotion | None) -> None:
    assert emotion_named(name) == emotion


def test_an_unknown_class_is_named_with_its_count_and_what_it_is_like(tmp_path: Path) -> None:
    files = renamed(("/neutral/", "/neutrality/")) | {"d/train/contempt/1.png": b"x"}
    found = source(tmp_path, files)
    assert found.dropped == {
        "in the folder neutrality (closest: neutral), which names no emotion": 6,
        "in the folder contempt, which names no emotion": 1,
    }
    read = source(tmp_path, files, labels=("neutrality=neutral",))
    assert counts(read) == five_to_one()
    assert read.dropped == {"in the folder contempt, which names no emotion": 1}


def test_many_unknown_folders_are_named_in_part_and_counted_all(tmp_path: Path) -> None:
    files = FILES | {f"d/train/{chr(97 + n) * 4}/1.png": b"x" for n in range(15)}
    dropped = source(tmp_path, files).dropped
    assert dropped["in 3 more folders that name no emotion"] == 3
    assert len(dropped) == 13


def test_numbered_classes_are_read_by_labels_and_named_without(tmp_path: Path) -> None:
    numbers = {emotion: str(number) for number, emotion in enumerate(EMOTIONS, start=1)}
    files = renamed(*((f"/{emotion}/", f"/{number}/") for emotion, number in numbers.items()))
    files |= {"train_labels.csv": b"image,label", "test_labels.csv": b"image,label"}
    with pytest.raises(DatasetError, match=r"in the folder 1, which names no emotion: 6.*--labels"):
        source(tmp_path, files)
    labels = tuple(f"{number}={emotion}" for emotion, number in numbers.items())
    assert counts(source(tmp_path, files, labels=labels)) == five_to_one()
    assert counts(source(tmp_path, files, labels=(",".join(labels),))) == five_to_one()
    table = faces.table(renamed(("/test/", "/validation/")))
    read = source(tmp_path, {"t.csv": table}, labels=("0=sad, 4=angry",))
    assert set(counts(read)["train"]) == {"sad", "angry"}, (
        "numbers mean what labels say, or nothing"
    )


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (("1",), r"expected NAME=EMOTION such as 1=surprise, received '1'"),
        (("1=supprise",), r"expected one of angry, .* for 1, received 'supprise \(closest: surpr"),
        (("1=sad", "1=happy"), "expected one emotion for 1, received two"),
    ],
)
def test_wrong_labels_are_refused(labels: tuple[str, ...], words: str) -> None:
    with pytest.raises(DatasetError, match=f"--labels: {words}"):
        parse_labels(labels)


def test_pictures_of_two_trees_are_read_and_copies_counted(tmp_path: Path) -> None:
    more = {
        f"more/{path}".replace(".png", "-b.png"): faces.png(faces.drawn_face(1, 50))
        for path in FILES
    }
    same_names = {"other/train/sad/0.png": faces.png(faces.drawn_face(5, 60))}
    copies = {f"d/{path}": data for path, data in FILES.items()}
    for read in (
        source(tmp_path, FILES | more | same_names | copies),
        Source(faces.folder(tmp_path / "b", FILES | more | same_names | copies)),
    ):
        assert read.splits() == {"train": 71, "test": 14}
        assert read.dropped == {"in a second copy of the tree": 42}


def test_a_misspelt_split_is_named_with_what_it_is_like(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"found test: 7, trian \(closest: train\): 35\."):
        prepare(source(tmp_path, renamed(("/train/", "/trian/"))))
    _, report = prepare(source(tmp_path, FILES | {"d/validaton/sad/1.png": b""}))
    assert report.dropped == {"in the split validaton (closest: validation)": 1}
    _, report = prepare(source(tmp_path, FILES | {"d/extra/sad/1.png": b""}))
    assert report.dropped == {"in the split extra": 1}


def test_pictures_without_a_split_are_named(tmp_path: Path) -> None:
    files = {path.split("/", 2)[2]: data for path, data in FILES.items()}
    with pytest.raises(DatasetError, match=r"without a split such as train or test above it: 35"):
        source(tmp_path, files)


def challenge() -> dict[str, bytes]:
    """Return the files of Kaggle's download of the challenge."""
    table = faces.table(renamed(("/test/", "/validation/")))
    first_two = b"\n".join(line.rsplit(b",", 1)[0] for line in table.splitlines())
    return {
        "icml_face_data.csv": table.replace(b"emotion,pixels,Usage", b"emotion, pixels, Usage"),
        "train.csv": first_two,
        "test.csv": b"pixels\n1 2 3",
        "example_submission.csv": b"id,emotion\n1,2",
        "fer2013.tar.gz": b"\x1f\x8b",
    }


def test_of_several_tables_the_one_with_all_columns_is_read(tmp_path: Path) -> None:
    found = source(tmp_path, challenge())
    assert found.splits() == {"train": 35, "validation": 7}
    assert found.dropped == {
        "train.csv, a table that is not used": 1,
        "test.csv, a table that is not used": 1,
        "example_submission.csv, a table that is not used": 1,
        "an archive inside, which has to be unpacked first": 1,
    }


def test_a_table_for_each_split_is_read_by_its_name(tmp_path: Path) -> None:
    rows = challenge()["train.csv"].splitlines()
    files = {
        "train.csv": b"\n".join(rows[:20]),
        "train_2.csv": b"\n".join([rows[0], *rows[20:30]]),
        "test.csv": b"\n".join([rows[0], *rows[30:]]),
    }
    found = source(tmp_path, files)
    assert found.splits() == {"train": 29, "test": 13}
    assert len({entry.path for entry in found.entries}) == 42


def test_two_different_tables_with_all_columns_are_named(tmp_path: Path) -> None:
    table = challenge()["icml_face_data.csv"]
    copy = source(tmp_path, {"a.csv": table, "b.csv": table})
    assert copy.splits() == {"train": 35, "validation": 7}
    assert copy.dropped == {"a second copy of the table": 1}
    with pytest.raises(DatasetError, match=r"expected one table of faces, found a\.csv, b\.csv"):
        source(tmp_path, {"a.csv": table, "b.csv": table + b"\n"})


FERPLUS = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)


def test_ferplus_beside_the_table_gives_its_votes_row_by_row(tmp_path: Path) -> None:
    table = challenge()["icml_face_data.csv"]
    rows = [f"{row.rsplit(b',', 1)[1].decode()},,0,8,0,0,0,0,0,1,0,1" for row in table.splitlines()]
    votes = "\n".join([FERPLUS, *rows[1:3], "PrivateTest,,9,0,0,0,0,0,0,0,0,0", *rows[4:]])
    files = {"fer2013.csv": table, "fer2013new.csv": votes.encode()}
    dataset, report = prepare(source(tmp_path, files))
    assert report.votes == "fer2013new.csv"
    assert not report.dropped
    assert dataset.votes is not None
    voted = dataset.votes.any(axis=1)
    assert np.count_nonzero(voted) == len(dataset) - 1, "a row whose split differs is another face"
    assert dict(zip(CHOICES, dataset.votes[voted][0].tolist(), strict=True)) == {
        **dict.fromkeys(CHOICES, 0), "happy": 8, "contempt": 1, "nf": 1
    }  # fmt: skip


@pytest.mark.parametrize("beside", [{}, {"readme.md": b"x"}])
def test_votes_without_faces_are_named(tmp_path: Path, beside: dict[str, bytes]) -> None:
    with pytest.raises(DatasetError, match=r"fer2013new\.csv, votes without the faces that they"):
        source(tmp_path, {"FER+/fer2013new.csv": FERPLUS.encode()} | beside)


def test_votes_beside_pictures_are_joined_or_named(tmp_path: Path) -> None:
    header = f"image,{','.join(CHOICES)}"
    votes = "\n".join([header, *(f"{path}{',1' * 10}" for path in FILES)]).encode()
    dataset, report = prepare(source(tmp_path, FILES | {"votes.csv": votes}))
    assert report.votes == "votes.csv"
    assert dataset.votes is not None
    assert dataset.votes.all()
    others = votes.replace(b"train", b"wild").replace(b"test", b"tame")
    dataset, report = prepare(source(tmp_path, FILES | {"votes.csv": others}))
    assert dataset.votes is None
    assert report.dropped == {"votes.csv, a table without votes on these pictures": 1}


def test_a_class_keeps_a_picture_to_train_on_and_says_what_it_lacks(tmp_path: Path) -> None:
    files = {path: data for path, data in FILES.items() if "/disgust/" not in path}
    files |= {"d/train/disgust/1.png": faces.png(faces.drawn_face(1, 1))}
    files |= {"d/train/fear/twin.png": files["d/train/disgust/1.png"]}
    files = {path: data for path, data in files.items() if "/sad/" not in path}
    for seed in range(5):
        dataset, _ = prepare(source(tmp_path, files), seed=seed)
        assert dataset.counts()["train"]["disgust"] == 1
        assert gaps(dataset) == [
            "No pictures to train on, so no network can learn: sad.",
            "Too few different pictures to keep one for validation: disgust (1 to train on).",
            "No pictures in the test split, so nothing measures: disgust.",
        ]
    assert gaps(prepare(source(tmp_path, FILES))[0]) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_labels_stand_for_a_name_however_its_accents_are_written(
    tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    files = renamed(("/angry/", f"/{unicodedata.normalize(form, 'Wütend')}/"))
    for written in ("w\u00fctend", "wu\u0308tend"):
        labels = (f"{written}=angry",)
        assert counts(source(tmp_path, files, labels)) == five_to_one()


def test_an_archive_in_an_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="an archive inside, which has to be unpacked first: 1"):
        source(tmp_path, {"archive/inner.ZIP": b"PK", "__MACOSX/archive/._inner.ZIP": b""})
    beside = source(tmp_path, FILES | {"fer2013.tar.gz": b""})
    assert beside.dropped == {"an archive inside, which has to be unpacked first": 1}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    """Write files into a tar archive that is packed by gzip."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


def test_the_archive_of_the_challenge_is_read_as_it_is(tmp_path: Path) -> None:
    files = {
        "fer2013/fer2013.csv": faces.table(FILES),
        "fer2013/README": b"The data consists of grayscale images.",
        "fer2013/fer2013.bib": b"@article{}",
    }
    found = Source(packed(tmp_path / "fer2013.tar.gz", files))
    assert (found.name, counts(found)) == ("fer2013", five_to_one())
    prepared, _ = prepare(found)
    assert len(prepared) == len(FILES)


def test_numbered_classes_in_a_tar_archive_are_read_by_labels(tmp_path: Path) -> None:
    order = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
    numbers = {name: str(number) for number, name in enumerate(order, start=1)}
    files = renamed(*((f"/{name}/", f"/{number}/") for name, number in numbers.items()))
    files = {f"DATASET/{path}": data for path, data in files.items()} | {
        "DATASET/train_labels.csv": b"image,label\na.png,5\n"
    }
    labels = parse_labels([",".join(f"{number}={name}" for name, number in numbers.items())])
    assert counts(Source(packed(tmp_path / "raf-db.tgz", files), labels)) == five_to_one()
