"""`evaluate_emotion` prints an honest report, or one line on what is wrong."""

import hashlib
import json
from pathlib import Path

import keras
import pytest
from django.core.management import CommandError, call_command

from ml import registry
from ml.emotions import EMOTIONS
from ml.inference.predictor import bundled_predictor
from ml.training import export
from ml.training.architectures import build
from ml.training.deployment import deployable
from tests import pictures
from tests.ml import faces, versions
from tests.ml.evaluation.test_evaluation import voted
from tests.ml.tiny import TINY
from tests.processes import manage_without

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return faces.archive(tmp_path / "faces.zip", faces.tree(train=2, test=2))


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained network with two outputs, as LiteRT and as Keras."""
    folder = tmp_path_factory.mktemp("version")
    keras.utils.set_random_seed(3)
    sharp = {"folder": 0.1, "crowd": 0.1}
    network = deployable(TINY, build(TINY, sharp), sharp)
    network.save(folder / "network.keras")
    export.export(network, folder / "emotion.tflite", "float32")
    content = (folder / "emotion.tflite").read_bytes()
    card = {
        "name": "tiny",
        "sha256": hashlib.sha256(content).hexdigest(),
        "keras_sha256": hashlib.sha256((folder / "network.keras").read_bytes()).hexdigest(),
        "bytes": len(content),
        "emotions": list(EMOTIONS),
        "input_size": 48,
        "face_margin": 0.0,
        "shown": "crowd",
        "unsure_below": 0.3,
    }
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def evaluate(capfd: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    """Return what the command prints as JSON."""
    capfd.readouterr()
    call_command("evaluate_emotion", *map(str, arguments), "--json")
    report: dict[str, object] = json.loads(capfd.readouterr().out)
    return report


def test_a_version_is_compared_with_its_keras_network(
    version: Path, archive: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report = evaluate(capfd, "--data", archive, "--model", version)
    assert (report["model"], report["images"], report["split"]) == ("tiny", 14, "validation")
    compared = report["keras"]
    assert isinstance(compared, dict)
    assert 0 < compared["largest_difference"] < 1e-4
    assert compared["different_answers"] == 0
    assert report["without_twins"] is not None
    assert report["model_bytes"] == (version / "emotion.tflite").stat().st_size


def test_another_keras_network_than_the_one_on_the_card_is_not_opened(
    version: Path, archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("emotion.tflite", "card.json"):
        (tmp_path / name).write_bytes((version / name).read_bytes())
    (tmp_path / "network.keras").write_bytes(b"another")
    call_command("evaluate_emotion", "--data", archive, "--model", tmp_path, "--json")
    printed = capfd.readouterr()
    assert json.loads(printed.out)["keras"] is None
    assert "Not compared with Keras" in printed.err


def test_votes_are_what_people_see_is_measured_against(
    version: Path, archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    votes = voted(tmp_path / "votes.csv", faces.tree(train=2, test=2), "fear")
    report = evaluate(capfd, "--data", archive, "--model", version, "--votes", votes)
    assert isinstance(report["votes"], dict)
    assert report["votes"]["images"] == 14
    assert isinstance(report["shown"], dict)
    assert (report["shown"]["output"], report["shown"]["truth"]) == ("crowd", "votes")


def test_the_readable_report_and_the_pictures_say_the_same(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "new" / "figures"
    report = evaluate(capfd, "--data", archive)
    call_command("evaluate_emotion", "--data", archive, "--figures", figures)
    text = capfd.readouterr().out
    assert f"{bundled_predictor().card.name} on 14 faces of validation" in text
    assert f"accuracy          {report['accuracy']:6.2%}" in text
    words = report["words"]
    assert isinstance(words, dict)
    for emotion in EMOTIONS:
        assert f"{emotion}: {words[emotion]}" in text
    assert sorted(path.stem for path in figures.iterdir()) == [
        "confusion-matrix",
        "mistakes",
        "per-class",
        "reliability",
    ]


def test_whole_photos_count_the_faces_that_were_missed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photos = {"wild/happy/1.jpg": pictures.astronaut_jpeg(), "wild/sad/1.jpg": b"no photo"}
    source = faces.archive(tmp_path / "wild.zip", photos)
    report = evaluate(capfd, "--data", source, "--detect-faces")
    assert report["faces"] == {"found": 1, "missed": 1}
    assert report["accuracy"] == 0.5
    call_command("evaluate_emotion", "--data", source, "--detect-faces")
    assert "faces found 1, missed 1" in capfd.readouterr().out


def test_every_split_of_photos_is_a_row_of_one_table(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photos = {
        "plain/happy/1.jpg": pictures.astronaut_jpeg(),
        "plain/happy/2.jpg": pictures.astronaut_jpeg(),
        "dark/happy/1.jpg": pictures.encoded(pictures.no_face()),
    }
    source = faces.archive(tmp_path / "views.zip", photos)
    arguments = ("--data", source, "--detect-faces", "--all-splits")
    call_command("evaluate_emotion", *arguments)
    rows = dict(line.split(maxsplit=1) for line in capfd.readouterr().out.splitlines() if line)
    assert rows["plain"].split()[:3] == ["2", "0", "100.0%"]
    assert rows["dark"].split()[:3] == ["1", "1", "0.0%"]
    call_command("evaluate_emotion", *arguments, "--json")
    reports = json.loads(capfd.readouterr().out)
    assert [(report["split"], report["images"]) for report in reports] == [
        ("dark", 1),
        ("plain", 2),
    ]


def test_wrong_arguments_are_refused_in_one_line(archive: Path, tmp_path: Path) -> None:
    text = tmp_path / "wrong.zip"
    text.write_text("I am a text.")
    for arguments, words in (
        (["--data", text], r"wrong\.zip: expected a zip or tar.gz archive"),
        (["--data", archive, "--split", "spare"], "expected the split spare, found train"),
        (["--data", archive, "--model", "nonsense"], "received nonsense"),
        (["--data", archive, "--model", tmp_path], r"card\.json"),
        (["--data", archive, "--votes", tmp_path / "none.csv"], "--votes: expected a CSV file"),
        (["--data", archive, "--votes", text], "expected the columns image"),
        (["--data", archive, "--figures", text], "--figures: expected a folder to write to"),
        (["--data", archive, "--all-splits"], "--all-splits: expected whole photos"),
        (
            ["--data", archive, "--all-splits", "--detect-faces", "--split", "train"],
            "--all-splits: expected no --split",
        ),
    ):
        with pytest.raises(CommandError, match=words) as refused:
            call_command("evaluate_emotion", *map(str, arguments))
        assert "\n" not in str(refused.value)


def test_no_dataset_at_all_is_said() -> None:
    with pytest.raises(CommandError, match="expected a dataset, received none"):
        call_command("evaluate_emotion")


def test_without_scikit_learn_evaluating_says_what_to_install(archive: Path) -> None:
    done = manage_without("sklearn", "evaluate_emotion", "--data", archive)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "CommandError: Evaluating needs scikit-learn and matplotlib: "
        "pip install -r requirements-train.txt"
    )


def test_a_prepared_file_is_evaluated_on_its_test_split(
    version: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    faces.dataset(train=2, validation=2, test=3).save(tmp_path / "faces.npz")
    report = evaluate(capfd, "--data", tmp_path / "faces.npz", "--model", version)
    assert (report["split"], report["images"]) == ("test", 21)


def test_looks_of_a_registered_version_at_test_faces_are_counted(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    registered = registry.register(versions.files("second"), made_by="somebody")
    prepared = tmp_path / "faces.npz"
    faces.dataset(train=2, validation=2, test=2).save(prepared)
    evaluate(capfd, "--data", archive, "--model", "second")
    evaluate(capfd, "--data", prepared, "--model", "second")
    evaluate(capfd, "--data", prepared, "--split", "validation", "--model", "second")
    registered.refresh_from_db()
    assert registered.looks == 3  # One came with its card.
