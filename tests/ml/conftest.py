"""What tests of networks share: a quick way to run them and one finished training run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ml import faces


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trace no graphs and draw no evaluations, which takes longer than learning a few batches."""
    from ml.training import release
    from tests.ml.tiny import running_eagerly

    monkeypatch.setattr(release, "draw_evaluation", lambda *_: None)
    with running_eagerly():
        yield


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `faces.npz` and the released run `run` that learned from it; only to read."""
    from ml.training import fitting, release
    from ml.training.finished_run import FinishedRun
    from tests.ml.tiny import SHORT, running_eagerly

    folder = tmp_path_factory.mktemp("finished")
    dataset = faces.with_votes(faces.dataset(train=4, validation=6, test=6))
    dataset.save(folder / "faces.npz")
    with running_eagerly():
        network = fitting.train(dataset, SHORT, folder / "run", log=print)
    run = FinishedRun(folder / "run", network, SHORT, dataset, shown="crowd", command="")
    release.release(run, name="finished", evaluation_command="")
    return folder
