"""The whole circle: people correct, the network learns from it, passes the gate, and goes back."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from accounts.consents import withdraw_consent
from accounts.models import Consent
from emotions.contributions import dataset_files
from ml import registry
from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS
from ml.inference.predictor import Predictor
from ml.models import ModelVersion, Promotion
from ml.registry import active
from ml.registry.promotion import gate_verdict
from tests.contributors import contributed_face, make_contributors
from tests.jobs import run_jobs
from tests.ml import faces, versions
from tests.ml.tiny import TINY, running_eagerly

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]
LEARNING = ("--batch-size=16", "--label-smoothing=0")


@pytest.fixture(autouse=True)
def _new_process() -> None:
    """Forget what this process remembers of other tests."""
    active.reset()


def right_about_new_faces(*, upside_down: bool) -> float:
    """Return the share of right answers of the version that answers now about faces of nobody."""
    asked = [
        (label, contributed_face(label, 900_000 + n, upside_down=upside_down))
        for label in range(len(EMOTIONS))
        for n in range(6)
    ]
    predictor: Predictor = registry.serving().predictor
    answers = predictor.predict_outputs(np.stack([face for _, face in asked]))["folder"].argmax(
        axis=1
    )
    return float(np.mean(answers == [label for label, _ in asked]))


def train(*arguments: object) -> None:
    call_command("train_emotion", *map(str, arguments), *LEARNING)


@pytest.mark.slow
def test_corrections_make_the_network_better_for_faces_like_theirs_and_it_can_go_back(
    tmp_path: Path, capsys: Any
) -> None:
    plain, mine = tmp_path / "plain.npz", tmp_path / "mine.npz"
    faces.dataset(train=30, validation=6, test=6).save(plain)
    first = ("--data", plain, "--architecture", TINY, "--epochs=8", "--learning-rate=0.003")
    train(*first, "--out", tmp_path / "before")
    call_command("promote_model", "before", "--force", "the first of its kind")
    assert right_about_new_faces(upside_down=False) > 0.9
    assert right_about_new_faces(upside_down=True) < 0.5

    people = make_contributors(12, faces=14, upside_down=True)
    call_command("export_corrections", out=mine)
    joined = (
        "--data",
        plain,
        "--data",
        mine,
        "--start-from",
        "ACTIVE",
        "--out",
        tmp_path / "after",
    )
    train(*joined, "--epochs=12", "--learning-rate=0.005", "--personal-weight=1")
    card = ModelVersion.objects.get(name="after").card
    corrections = Dataset.load(mine)
    learned = corrections.split("train", "validation")
    assert card["dataset"]["personal"] == {
        "faces": len(learned),
        "people": len(set(learned.contributor_names().tolist())),
        "share": pytest.approx(len(learned) / (len(learned) + 7 * 36)),
    }
    assert card["evaluation"]["images"] == 42, "the test splits stay apart"
    assert card["corrections"]["images"] == len(corrections.split("test"))
    assert not [
        artefact.name
        for artefact in ModelVersion.objects.get(name="after").artefacts.all()
        if "sample" in artefact.name
    ]

    capsys.readouterr()
    call_command("promote_model", "after")
    told = capsys.readouterr().out
    assert "drawn, test split, folder: " in told
    assert "corrections, test split, folder: " in told
    assert "better" in told
    assert right_about_new_faces(upside_down=True) > 0.8
    assert right_about_new_faces(upside_down=False) > 0.9
    call_command("list_models")
    told = capsys.readouterr().out
    assert f"learned from {len(learned)} faces of" in told
    assert not any(person.contributor.member.hex in told for person in people)

    call_command("promote_model", "--rollback")
    assert right_about_new_faces(upside_down=True) < 0.5

    withdraw_consent(person=people[0], kind=Consent.Kind.IMPROVE)
    run_jobs()
    assert len(Dataset.load(mine)) == len(corrections) - 14
    call_command("promote_model", "after")  # What it has learned stays, and so do its figures.
    verdict = Promotion.objects.latest("pk").verdict
    assert verdict is not None
    assert [told["outcome"] for told in verdict["comparisons"]][-1] == "better"


def test_two_files_of_corrections_are_not_joined(tmp_path: Path) -> None:
    make_contributors(10)
    for name in ("a.npz", "b.npz"):
        dataset_files.export_contributions(path=tmp_path / name)
    with pytest.raises(CommandError, match="one file of export_corrections at most"):
        train("--data", tmp_path / "a.npz", "--data", tmp_path / "b.npz", "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_network_that_learned_from_corrections_alone_waits_for_answers_to_compare(
    tmp_path: Path,
) -> None:
    mine = tmp_path / "mine.npz"
    make_contributors(10)
    dataset_files.export_contributions(path=mine)
    with running_eagerly():
        train("--data", mine, "--architecture", TINY, "--epochs=1", "--out", tmp_path / "alone")
    with pytest.raises(CommandError, match="no test set of other faces that both"):
        call_command("promote_model", "alone")

    # Another version that answers by now is asked by hand.
    second = registry.register(versions.files("second"), made_by="somebody")
    registry.promote(second, by="somebody", force=True, reason="for this test")
    with pytest.raises(CommandError, match=r"no held-out corrections that both .* --remember"):
        call_command("promote_model", "alone")
    call_command("evaluate_emotion", data=mine, model="second", remember=True)
    verdict = gate_verdict(registry.get_version("alone"), registry.active_version())
    assert [comparison.test_set for comparison in verdict.comparisons] == [
        "corrections, test split"
    ]
    assert not any("held-out corrections" in objection for objection in verdict.objections)
