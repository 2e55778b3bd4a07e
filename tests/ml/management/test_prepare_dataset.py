"""prepare_dataset: one file, two pictures and an honest report, or one line about what is wrong."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS
from tests.ml import faces
from tests.processes import manage_without

WRITTEN = ["faces-balance.png", "faces-samples.png", "faces.npz"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return faces.archive(tmp_path / "archive.zip", faces.tree(train=10, test=2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "out"
    path.mkdir()
    return path


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    """Votes on the first ten pictures of each emotion: all agree, but for fear they say sad."""
    rows = ["image,angry,disgust,fear,happy,neutral,sad,surprise,contempt,unknown,nf"]
    for index, emotion in enumerate(EMOTIONS):
        voted = 5 if emotion == "fear" else index
        counts = ",".join("8" if answer == voted else "0" for answer in range(10))
        rows += [f"images/train/{emotion}/{number}.png,{counts}" for number in range(10)]
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(rows))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_preparing_prints_the_counts_and_writes_file_and_pictures(
    archive: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "faces.npz"
    call_command("prepare_dataset", archive, out=out)
    output = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in output.splitlines() if line.strip()}
    assert rows["train"] == ["8"] * 7 + ["56"]
    assert rows["validation"] == ["2"] * 7 + ["14"]
    assert rows["test"] == ["2"] * 7 + ["14"]
    assert "Groups of identical pictures: 0, with different labels: 0" in output
    assert "Dropped" not in output
    assert "votes" not in output
    assert names(folder) == WRITTEN
    assert all(f"Written: {folder / name}" in output for name in WRITTEN)
    assert f"Fingerprint: {Dataset.load(out).fingerprint()}" in output


def test_what_was_dropped_converted_and_noticed_is_told(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = faces.tree(train=10, test=2)
    face = faces.drawn_face(5, 1)
    files |= {
        "images/train/sad/text.png": b"I am a text.",
        "images/train/sad/gif.png": faces.png(face, "GIF"),
        "images/train/sad/large.png": faces.png(face.repeat(2, 0).repeat(2, 1)),
        "images/train/fear/twin.png": files["images/train/sad/3.png"],
        "images/validation/sad/twin.png": files["images/train/sad/3.png"],
        "README.txt": b"",
    }
    source = faces.archive(tmp_path / "archive.zip", files)
    call_command("prepare_dataset", source, out=folder / "faces.npz")
    output = capsys.readouterr().out.splitlines()
    for line in (
        "Dropped (no JPEG, PNG or WebP inside): 2: images/train/sad/gif.png, "
        "images/train/sad/text.png",
        "Dropped (no labelled picture): 1",
        "Converted (another size to 48 × 48): 1",
        # The large one has the pixels of the small one again once it is reduced.
        "Groups of identical pictures: 2, with different labels: 1",
        "Test pictures that are in the training folder too: 1",
    ):
        assert line in output


def test_votes_are_joined_and_their_agreement_is_told(
    archive: Path, folder: Path, votes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("prepare_dataset", archive, out=folder / "faces.npz", votes=votes)
    output = capsys.readouterr().out
    assert (
        "Faces with votes: 70 of 84, with a majority for one emotion: 70, "
        "of which 85.7% agree with the label"
    ) in output
    joined = Dataset.load(folder / "faces.npz").votes
    assert joined is not None
    assert joined.sum() == 8 * 70


def test_the_original_table_is_a_source_too(tmp_path: Path, folder: Path) -> None:
    table = faces.folder(tmp_path, {"fer2013.csv": faces.table(faces.tree(train=10, test=2))})
    call_command("prepare_dataset", table / "fer2013.csv", out=folder / "faces.npz")
    assert names(folder) == WRITTEN
    assert len(Dataset.load(folder / "faces.npz")) == 84


def test_preparing_again_replaces_all_three(archive: Path, folder: Path) -> None:
    for name in WRITTEN:
        (folder / name).write_bytes(b"old")
    call_command("prepare_dataset", archive, out=folder / "faces.npz")
    assert names(folder) == WRITTEN
    assert all((folder / name).read_bytes() != b"old" for name in WRITTEN)


def hostile(tmp_path: Path, name: str) -> Path:
    return faces.archive(tmp_path / "hostile.zip", faces.tree(train=2, test=1) | {name: b"x"})


def test_a_wrong_source_is_one_line_and_writes_nothing(tmp_path: Path, folder: Path) -> None:
    text = tmp_path / "wrong.zip"
    text.write_text("I am a text.")
    sources = {
        text: "expected a zip or tar.gz archive",
        hostile(tmp_path, "../../escaped.png"): "leads out of the archive",
        tmp_path / "missing.zip": "received nothing there",
        tmp_path / "out": "found no face",
    }
    before = names(tmp_path)
    for source, words in sources.items():
        with pytest.raises(CommandError, match=words) as refused:
            call_command("prepare_dataset", source, out=folder / "faces.npz")
        assert "\n" not in str(refused.value)
        assert names(folder) == []
    assert names(tmp_path) == before, "nothing outside the target either"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"out": "faces.zip"}, r"--out: expected a name that ends with \.npz"),
        (
            {"out": "missing/faces.npz"},
            r"--out: expected a file in a folder, there is no .*missing",
        ),
        ({"votes": "missing.csv"}, "expected a CSV file of votes"),
        ({"votes": "none.csv"}, "expected votes on pictures such as .*, found none of them"),
    ],
)
def test_wrong_options_are_one_line_and_write_nothing(
    archive: Path, folder: Path, votes: Path, options: dict[str, object], words: str
) -> None:
    (votes.parent / "none.csv").write_text(votes.read_text().replace("/train/", "/other/"))
    given: dict[str, object] = {"out": "faces.npz"} | options
    given["out"] = folder / str(given["out"])
    if "votes" in given:
        given["votes"] = votes.parent / str(given["votes"])
    with pytest.raises(CommandError, match=words) as refused:
        call_command("prepare_dataset", archive, **given)
    assert "\n" not in str(refused.value)
    assert names(folder) == []


@pytest.mark.parametrize("target", WRITTEN)
def test_what_cannot_be_put_in_place_leaves_nothing_half_written(
    archive: Path, folder: Path, target: str
) -> None:
    (folder / target).mkdir()
    with pytest.raises(CommandError, match="directory"):
        call_command("prepare_dataset", archive, out=folder / "faces.npz")
    assert all(path.is_dir() or path.name in WRITTEN for path in folder.iterdir())
    if (folder / "faces.npz").is_file():
        assert len(Dataset.load(folder / "faces.npz")) == 84


def test_a_disk_that_is_full_leaves_what_was_there(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    for name in WRITTEN:
        (folder / name).write_bytes(b"old")
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("prepare_dataset", archive, out=folder / "faces.npz")
    assert names(folder) == WRITTEN
    assert all((folder / name).read_bytes() == b"old" for name in WRITTEN)


def test_without_matplotlib_it_says_what_to_install(archive: Path, folder: Path) -> None:
    done = manage_without("matplotlib", "prepare_dataset", archive, "--out", folder / "faces.npz")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "CommandError: Preparing a dataset needs matplotlib: pip install -r requirements-train.txt"
    )
    assert names(folder) == []
