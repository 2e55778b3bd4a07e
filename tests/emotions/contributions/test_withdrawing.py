"""Withdrawing leaves nothing of a contribution: every table and every file is scanned."""

from pathlib import Path
from typing import Any

import pytest

from accounts.consents import give_consent, withdraw_consent
from accounts.models import Consent, User
from accounts.services import delete_account
from emotions.captures import editing, recording
from emotions.captures.editing import Changes
from emotions.contributions import dataset_files
from emotions.models import Capture, Contribution, Feeling
from ml.data.datasets import Dataset
from tests import pictures
from tests.contributors import make_contributors
from tests.jobs import run_jobs
from tests.traces import places_of

pytestmark = pytest.mark.django_db
IMPROVE = Consent.Kind.IMPROVE


@pytest.mark.parametrize("way", ["withdraw", "leave"])
def test_nothing_of_their_faces_is_left_anywhere(
    owner: User, tmp_path: Path, way: str, django_capture_on_commit_callbacks: Any
) -> None:
    make_contributors(10)
    give_consent(person=owner, kind=IMPROVE)
    capture = recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    editing.edit_capture(capture=capture, changes=Changes(felt=Feeling.SAD))
    run_jobs()
    for seed in (1, 2):
        dataset_files.export_contributions(path=tmp_path / f"mine-{seed}.npz", seed=seed)
    contribution = Contribution.objects.get(capture=capture)
    face, name, member = (
        bytes(contribution.face),
        contribution.name.hex,
        contribution.contributor.member.hex,
    )
    files = {"mine-1.npz", "mine-2.npz"}
    assert places_of([face], tmp_path) == {"emotions_contribution", *files}
    assert places_of([name.encode()], tmp_path) == {"emotions_contribution", *files}
    assert places_of([member.encode()], tmp_path) == {"emotions_contributor", *files}

    with django_capture_on_commit_callbacks(execute=True):
        if way == "withdraw":
            withdraw_consent(person=owner, kind=IMPROVE)
        else:
            delete_account(person=owner)

    assert places_of([face, name.encode(), member.encode()], tmp_path) == set()
    for file in files:
        assert len(Dataset.load(tmp_path / file)) == 70, "what others contribute stays"
    assert Capture.objects.filter(uuid=capture.uuid).exists() == (way == "withdraw")
