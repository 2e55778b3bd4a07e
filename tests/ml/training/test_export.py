"""The exported file answers like the trained network, and is as small as that allows."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ml.data.datasets import Dataset
from ml.training import export
from ml.training.architectures import build
from ml.training.deployment import deployable, predict
from ml.training.export import ExportError
from tests.ml import faces
from tests.ml.tiny import TINY

pytestmark = pytest.mark.xdist_group("training")
SHARP = {"folder": 0.1, "crowd": 0.1}  # so that even an untrained network answers clearly


@pytest.fixture(scope="module")
def data() -> Dataset:
    return faces.dataset(train=10, validation=0, test=0)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(3)
    return deployable(TINY, build(TINY, ("folder", "crowd")), SHARP)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, network: keras.Model) -> Path:
    path = tmp_path_factory.mktemp("exported") / "network.tflite"
    export.export(network, path, "float32")
    return path


def test_both_outputs_of_the_file_answer_like_the_network(
    exported: Path, network: keras.Model, data: Dataset
) -> None:
    expected = predict(network, data.images)
    received = export.predict_litert(exported, data.images)
    assert received.keys() == {"folder", "crowd"}
    for output, probabilities in received.items():
        assert np.abs(probabilities - expected[output]).max() < 1e-4
    export.compare(exported, network, data.images)


def test_a_file_of_another_network_is_refused(exported: Path, data: Dataset) -> None:
    other = deployable(TINY, build(TINY, ("folder", "crowd")), SHARP)
    with pytest.raises(ExportError, match="differs from the network by"):
        export.compare(exported, other, data.images)
    single = deployable(TINY, build(TINY), {"folder": 1.0})
    with pytest.raises(ExportError, match=r"expected the outputs \['folder'\]"):
        export.compare(exported, single, data.images)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path, data: Dataset) -> None:
    path = tmp_path / "network.tflite"
    path.write_bytes(b"not a network")
    with pytest.raises(ExportError, match="needs more than builtin operators"):
        export.predict_litert(path, data.images)


def test_the_smallest_form_that_answers_as_well_ships(
    tmp_path: Path, network: keras.Model, data: Dataset
) -> None:
    path = tmp_path / "network.tflite"
    right = {
        output: probabilities.argmax(axis=1)
        for output, probabilities in predict(network, data.images).items()
    }
    report = export.export_smallest(network, path, data.images, right)
    sizes = {form: facts["bytes"] for form, facts in report.items()}
    assert sizes["int8"] < sizes["float16"] < sizes["float32"]
    assert report["float32"]["accuracy"] == {"folder": 1.0, "crowd": 1.0}
    (shipped,) = [form for form, facts in report.items() if facts["ships"]]
    assert path.stat().st_size == sizes[shipped]
    for form, facts in report.items():
        good_enough = min(facts["accuracy"].values()) >= 1 - export.MAX_ACCURACY_LOSS
        assert good_enough or form != shipped
        assert not good_enough or sizes[form] >= sizes[shipped]
    assert [file.name for file in tmp_path.iterdir()] == ["network.tflite"]


def test_a_small_form_that_costs_too_much_does_not_ship(
    tmp_path: Path, network: keras.Model, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracies = {"float32": 0.700, "float16": 0.698, "int8": 0.6979}
    sizes = {"float32": 4, "float16": 2, "int8": 1}
    monkeypatch.setattr(
        export, "export", lambda _, path, form: path.write_bytes(bytes(sizes[form]))
    )
    monkeypatch.setattr(
        export,
        "predict_litert",
        lambda path, _: predict(network, data.images) | {"form": path.stem.split("-")[-1]},
    )
    monkeypatch.setattr(export, "compare", lambda *_: None)
    received = iter(accuracies.values())
    monkeypatch.setattr(export, "accuracy", lambda *_: next(received))
    path = tmp_path / "network.tflite"
    report = export.export_smallest(network, path, data.images, {"folder": data.labels})
    assert [form for form, facts in report.items() if facts["ships"]] == ["float16"]
    assert path.stat().st_size == sizes["float16"]


def test_accuracy_counts_only_faces_whose_label_is_known() -> None:
    probabilities = np.eye(7, dtype=np.float32)[[0, 1, 2, 3]]
    assert export.accuracy(probabilities, np.array([0, 1, 5, -1])) == pytest.approx(2 / 3)
