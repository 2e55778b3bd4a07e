"""Versions are registered whole and once, and opened only while the registry vouches for them."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from ml import registry
from ml.inference.card import ModelFileError
from ml.inference.predictor import bundled_predictor
from ml.models import Artefact, ModelVersion, Promotion
from ml.registry import active, artefacts
from ml.registry import versions as entering
from tests.ml import versions

pytestmark = pytest.mark.django_db
FACE = np.zeros((1, 48, 48), np.uint8)


@pytest.fixture(autouse=True)
def _new_process(db: None) -> None:
    """Forget what this process remembers, and let the gate compare with the active version."""
    active.reset()
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])


def registered(name: str = "second", **options: object) -> ModelVersion:
    return registry.register(versions.files(name, **options), made_by="somebody")  # type: ignore[arg-type]


def damage(version: ModelVersion) -> None:
    path = Path(default_storage.path(str(version.artefacts.get(name="emotion.tflite").file)))
    path.write_bytes(path.read_bytes()[:-1])


def test_the_bundled_version_answers_from_the_start() -> None:
    serving = registry.serving()
    assert serving.version.bundled
    assert serving.version.sha256 == bundled_predictor().card.sha256
    assert Promotion.objects.get().kind == Promotion.Kind.SHIPPED


def test_a_registered_version_has_its_files_and_does_not_answer_yet() -> None:
    version = registered()
    assert not version.active
    assert version.made_by == "somebody"
    assert {artefact.name for artefact in version.artefacts.all()} == {
        "answers.json",
        "card.json",
        "curves.png",
        "emotion.tflite",
    }
    assert registry.predictor_of(version).classify(FACE).shape == (1, 7)
    assert registry.serving().version != version


def test_a_version_is_registered_once() -> None:
    assert registered() == registered()
    assert len(default_storage.listdir("models")[1]) == 4


def test_a_second_version_of_a_name_gets_a_number() -> None:
    assert [registered(padding=number).name for number in (1, 2)] == ["second", "second.2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda files: versions.without(files, "card.json"), "with a file card.json, found none"),
        (lambda files: versions.without(files, "emotion.tflite"), "with a file emotion.tflite"),
        (lambda files: files | {"emotion.tflite": b"other"}, "expected a network with the sha256"),
        (lambda files: files | {"card.json": b"{"}, "not a readable model card"),
        (lambda files: files | {"network.keras": b"?"}, "is not the network on the card"),
        (
            lambda files: (
                files
                | {
                    "emotion.tflite": b"no network",
                    "card.json": json.dumps(
                        json.loads(files["card.json"])
                        | {"sha256": entering.sha256_hex(b"no network")}
                    ).encode(),
                }
            ),
            "does not answer",
        ),
        (lambda files: files | {"answers.json": b"[{}]"}, "answers.json: "),
    ],
)
def test_what_is_damaged_is_refused_and_leaves_nothing(change, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelFileError, match=words):
        registry.register(change(versions.files("second")), made_by="somebody")
    assert ModelVersion.objects.count() == 1
    assert not default_storage.exists("models")


def test_names_that_are_too_long_are_refused() -> None:
    with pytest.raises(ModelFileError, match="of at most 80 letters"):
        registered("x" * 81)
    with pytest.raises(ModelFileError, match="of at most 254 letters"):
        registry.register(versions.files("second"), made_by="x" * 255)


def test_the_longest_name_gets_a_number_too() -> None:
    names = [registered("x" * 80, padding=number).name for number in (1, 2, 3)]
    assert names == ["x" * 80, "x" * 78 + ".2", "x" * 78 + ".3"]


def test_files_that_no_version_has_are_left_out() -> None:
    odd = {"weights.h5": b"", "../escape.png": b"", "model.pkl": b""}
    version = registry.register(versions.files("second") | odd, made_by="somebody")
    assert version.artefacts.count() == 4


def test_nothing_is_left_when_the_records_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(Artefact.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        registered()
    assert ModelVersion.objects.count() == 1
    assert default_storage.listdir("models")[1] == []


def test_the_database_holds_one_active_version() -> None:
    version = registered()
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).update(active=True)


def test_a_damaged_file_is_never_opened_and_the_last_good_version_goes_on() -> None:
    second, third = registered("second"), registered("third", padding=2)
    registry.promote(second, by="somebody")
    assert registry.serving().version == second
    registry.promote(third, by="somebody")
    damage(third)
    serving = registry.serving()
    assert serving.version == second
    assert serving.predictor.classify(FACE).shape == (1, 7)
    with pytest.raises(ModelFileError):
        registry.predictor_of(third)


def test_a_new_process_falls_back_to_the_bundled_version() -> None:
    second = registered()
    registry.promote(second, by="somebody")
    damage(second)
    assert registry.serving().version.bundled


def test_a_file_that_comes_back_answers_again(monkeypatch: pytest.MonkeyPatch) -> None:
    second = registered()
    registry.promote(second, by="somebody")
    path = Path(default_storage.path(str(second.artefacts.get(name="emotion.tflite").file)))
    content = path.read_bytes()
    path.unlink()
    assert registry.serving().version.bundled
    path.write_bytes(content)
    monkeypatch.setattr(active, "RETRY_AFTER", 0)
    assert registry.serving().version == second


def test_a_newer_bundled_version_takes_over_from_an_older_one_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = registry.active_version()
    trained = registered()
    for name, content in versions.files("newer", padding=5).items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(entering, "BUNDLED", tmp_path)
    monkeypatch.setattr(artefacts, "BUNDLED", tmp_path)
    newer = registry.register_bundled()
    assert registry.active_version() == newer
    assert not ModelVersion.objects.get(pk=first.pk).artefacts.exists()
    with pytest.raises(ModelFileError, match=r"has no file emotion\.tflite here"):
        registry.roll_back(by="somebody")
    registry.promote(trained, by="somebody")
    for name, content in versions.files("newest", padding=6).items():
        (tmp_path / name).write_bytes(content)
    newest = registry.register_bundled()
    assert registry.active_version() == trained
    assert not newest.active


def test_a_trial_ends_with_the_files_of_an_older_bundled_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = registry.active_version()
    registry.promote(registered(), by="somebody")
    trial = registry.start_shadow(first, share=10, by="somebody")
    registry.register_bundled()
    assert registry.running_shadow() == trial, "nothing newer was shipped"
    for name, content in versions.files("newer", padding=5).items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(entering, "BUNDLED", tmp_path)
    monkeypatch.setattr(artefacts, "BUNDLED", tmp_path)
    registry.register_bundled()
    assert registry.running_shadow() is None
    trial.refresh_from_db()
    assert trial.ended_at


def test_registering_the_bundled_version_again_changes_nothing() -> None:
    before = registry.active_version()
    assert registry.register_bundled() == before
    assert Promotion.objects.count() == 1
    assert Artefact.objects.filter(version=before).count() >= 2


def test_files_of_a_version_that_never_came_to_be_are_swept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = registered()
    artefacts.write("emotion.tflite", b"left behind by a kill")
    assert artefacts.sweep() == 0  # It may be one in the making.
    monkeypatch.setattr(artefacts, "MIN_ORPHAN_AGE", timedelta(seconds=-1))
    assert artefacts.sweep() == 1
    assert registry.predictor_of(version)
