"""`release_emotion` makes a version with an output that is chosen for people's photos."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from common.imaging.geometry import Box
from common.imaging.images import Pixels
from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS
from ml.inference import predictor as inference
from ml.inference.card import Card
from ml.inference.predictor import predictor_for
from ml.metrics.gate import Answers
from ml.models import ModelVersion
from ml.training import pooling
from ml.training.deployment import load_deployable, load_trained, predict
from tests.ml import faces

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of 14 people, two of each."""
    files = {}
    for label, emotion in enumerate(EMOTIONS):
        for number in range(4):
            name = f"wild/{emotion}/{chr(65 + (7 * number + label) % 14)}da_{number:04}.png"
            files[name] = faces.png(faces.drawn_face(label, 5000 + number))
    return faces.archive(tmp_path_factory.mktemp("photos") / "photos.zip", files)


@pytest.fixture(autouse=True)
def whole_pictures_are_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    def detect(pixels: Pixels) -> list[Box]:
        return [Box(0, 0, pixels.shape[1], pixels.shape[0])]

    monkeypatch.setattr(inference, "detect_faces", detect)
    monkeypatch.setattr(pooling, "CROWD_WEIGHTS", np.array([0.3, 0.7]))
    monkeypatch.setattr(pooling, "PRIOR_SHARES", np.array([0.5]))


def released(finished_run: Path, photos: Path, out: Path, model: Path | None = None) -> Card:
    call_command(
        "release_emotion",
        photos=photos,
        data=finished_run / "faces.npz",
        model=str(model or finished_run / "run"),
        out=out,
        name="for photos",
    )
    return Card.load(out / "card.json")


@pytest.mark.slow
def test_the_version_has_the_same_weights_and_an_output_that_pools_both(
    finished_run: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = released(finished_run, photos, tmp_path)
    trained = load_trained((finished_run / "run" / "network.keras").read_bytes())
    content = (tmp_path / "network.keras").read_bytes()
    for weights in zip(load_trained(content).get_weights(), trained.get_weights(), strict=True):
        assert np.array_equal(*weights)

    images = Dataset.load(finished_run / "faces.npz").split("test").images
    litert = predictor_for(tmp_path / "emotion.tflite", card)
    assert sorted(litert.outputs) == ["crowd", "folder", "shown"]
    outputs = litert.predict_outputs(images)
    chosen = card.facts["photos"]["pooling"]
    shown = pooling.Pooling(**chosen | {"prior": tuple(chosen["prior"])})
    expected = shown.pool(outputs["crowd"], outputs["folder"])
    assert np.allclose(outputs["shown"], expected, atol=1e-5)
    assert np.array_equal(litert.classify(images), outputs["shown"]), "people see it"
    keras = predict(load_deployable(content), images)
    assert np.allclose(keras["shown"], shown.pool(keras["crowd"], keras["folder"]), atol=1e-5)

    (answers,) = json.loads((tmp_path / "answers.json").read_text())
    assert Answers.from_json(answers).given.keys() == {"crowd", "folder", "shown"}
    assert ModelVersion.objects.get(name="for photos").card == card.facts
    photos_facts = card.facts["photos"]
    assert (photos_facts["images"], photos_facts["people"]) == (28, 14)
    assert card.set_mass == card.facts["set_mass"]
    printed = capsys.readouterr().out
    assert f"accuracy          {photos_facts['accuracy']['share']:.1%}" in printed
    assert "28 photos of 14 people" in printed

    call_command("evaluate_emotion", data=photos, model=str(tmp_path), detect_faces=True)
    assert "chosen on these very photos" in capsys.readouterr().out
    call_command("evaluate_emotion", data=finished_run / "faces.npz", model=str(tmp_path))
    printed = capsys.readouterr().out
    assert "what people see: shown, beside the votes" in printed
    assert "chosen on these very photos" not in printed


def test_another_dataset_is_refused_in_one_line(
    finished_run: Path, photos: Path, tmp_path: Path
) -> None:
    faces.dataset(train=2, validation=2, test=2).save(tmp_path / "others.npz")
    with pytest.raises(CommandError, match="the dataset that finished learned from"):
        call_command(
            "release_emotion",
            photos=photos,
            data=tmp_path / "others.npz",
            model=str(finished_run / "run"),
            out=tmp_path / "out",
            name="for photos",
        )
    assert not (tmp_path / "out").exists()


def test_photos_of_too_few_people_are_refused_in_one_line(
    finished_run: Path, tmp_path: Path
) -> None:
    files = {
        f"wild/{emotion}/ada_{label}.png": faces.png(faces.drawn_face(label, 1))
        for label, emotion in enumerate(EMOTIONS)
    }
    photos = faces.archive(tmp_path / "photos.zip", files)
    with pytest.raises(CommandError, match="photos of 10 people or more"):
        released(finished_run, photos, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_version_without_an_output_of_votes_is_refused_in_one_line(
    finished_run: Path, photos: Path, tmp_path: Path
) -> None:
    for file in (finished_run / "run").iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    facts = json.loads((tmp_path / "card.json").read_text()) | {"outputs": ["folder"]}
    (tmp_path / "card.json").write_text(json.dumps(facts))
    with pytest.raises(CommandError, match="expected the outputs crowd and folder, has no crowd"):
        released(finished_run, photos, tmp_path / "out", model=tmp_path)
