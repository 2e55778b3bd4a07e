"""Dataset files hold current contributions, name nobody, and lose what is withdrawn."""

import platform
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from accounts.services import delete_account
from emotions.captures import editing, trash
from emotions.captures.editing import Changes
from emotions.contributions import dataset_files
from emotions.models import Capture, Contribution, CorrectionsFile
from ml.data.datasets import Dataset
from tests.contributors import make_contributor, make_contributors
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
IMPROVE = Consent.Kind.IMPROVE


def member(person: User) -> str:
    return person.contributor.member.hex


def members_in(path: Path) -> set[str]:
    return set(Dataset.load(path).contributor_names().tolist())


@pytest.fixture
def people() -> list[User]:
    return make_contributors(10)


@pytest.fixture
def path(people: list[User], tmp_path: Path) -> Path:
    """A dataset file with the faces of ten people."""
    path = tmp_path / "mine.npz"
    dataset_files.export_contributions(path=path)
    return path


def test_a_path_that_is_too_long_is_refused_before_anything_is_written(
    people: list[User], tmp_path: Path
) -> None:
    folder = tmp_path.joinpath(*["x" * 200] * 5)
    folder.mkdir(parents=True)
    with pytest.raises(CommandError, match="a path of at most 1000 letters"):
        call_command("export_corrections", "--out", str(folder / "mine.npz"))
    assert not CorrectionsFile.objects.exists()
    assert list(folder.iterdir()) == []


def test_the_file_has_what_was_felt_and_names_nobody(
    people: list[User], tmp_path: Path, capsys: Any
) -> None:
    path = tmp_path / "mine.npz"
    call_command("export_corrections", out=path)
    output = capsys.readouterr().out
    dataset = Dataset.load(path)
    assert dataset.fingerprint() in output
    assert "people (angry" in output
    assert dataset.has_contributions
    assert members_in(path) == {member(person) for person in people}
    felt = {row.name.hex: row.felt for row in Contribution.objects.all()}
    names = [str(split) for split in dataset.paths]
    assert [felt[name] for name in names] == [
        ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"][label]
        for label in dataset.labels
    ]
    content = path.read_bytes()
    with np.load(path) as file:
        everything = " ".join(str(file[name].tolist()) for name in file.files if name != "images")
    for person in people:
        assert person.email not in everything
        assert person.email.encode() not in content
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["mine.npz"]
    remembered = CorrectionsFile.objects.get()
    assert (remembered.machine, remembered.path) == (platform.node(), str(path))
    assert (remembered.faces, remembered.members) == (70, 10)
    assert remembered.fingerprint == dataset.fingerprint()


def test_who_agreed_to_an_older_text_only_is_left_out(people: list[User], tmp_path: Path) -> None:
    make_contributor("eleventh@example.org", number=99)
    Consent.objects.filter(person=people[0], kind=IMPROVE).update(version="2020-01")
    dataset_files.export_contributions(path=tmp_path / "mine.npz")
    assert member(people[0]) not in members_in(tmp_path / "mine.npz")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "mine.zip"], "expected the path of an .npz file"),
        (["--out", "/nowhere/at/all/mine.npz"], "in a folder that exists"),
        (["--out", "OUT", "--share", "0"], "expected a number above 0, at most 1, received 0"),
        (["--out", "OUT", "--share", "much"], "received much"),
        (["--out", "OUT"], "at least 10 people, so that none has more than 10%.* found 0"),
    ],
)
def test_what_cannot_be_written_is_one_line_and_leaves_nothing(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    out = str(tmp_path / "mine.npz")
    with pytest.raises(CommandError, match=words) as refused:
        call_command("export_corrections", *[out if text == "OUT" else text for text in arguments])
    assert "\n" not in str(refused.value)
    assert not CorrectionsFile.objects.exists()
    assert not (tmp_path / "mine.npz").exists()


def test_withdrawing_takes_a_person_out_of_every_file_at_once(
    people: list[User], path: Path, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    second = tmp_path / "second.npz"
    dataset_files.export_contributions(path=second, seed=2)
    gone, before = member(people[0]), Dataset.load(path)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(person=people[0], kind=IMPROVE)
    for file in (path, second):
        assert members_in(file) == {member(person) for person in people[1:]}
        assert gone.encode() not in file.read_bytes()
    rest = before.where(before.contributor_names() != gone)
    assert Dataset.load(path).fingerprint() == rest.fingerprint()
    remembered = CorrectionsFile.objects.get(path=str(path))
    assert (remembered.faces, remembered.members) == (63, 9)
    assert remembered.fingerprint == rest.fingerprint()


@pytest.mark.parametrize("way", ["withdraw", "delete", "trash", "not me"])
def test_the_worker_takes_faces_out_in_any_case(people: list[User], path: Path, way: str) -> None:
    person = people[0]
    capture = Capture.objects.filter(owner=person).earliest("pk")
    name, taken = capture.contribution.name.hex, 1
    if way == "withdraw":
        withdraw_consent(person=person, kind=IMPROVE)
        taken = 7
    elif way == "delete":
        delete_account(person=person)
        taken = 7
    elif way == "trash":
        trash.delete_capture(capture=capture)
    else:
        editing.edit_capture(capture=capture, changes=Changes(me=None))
    assert len(Dataset.load(path)) == 70
    run_jobs()
    left = Dataset.load(path)
    assert len(left) == 70 - taken
    assert name not in left.paths


def test_a_file_that_has_nothing_left_is_removed(people: list[User], path: Path) -> None:
    for person in people:
        withdraw_consent(person=person, kind=IMPROVE)
    run_jobs()
    assert not path.exists()
    assert CorrectionsFile.objects.get().gone_at


def test_a_file_that_is_gone_is_only_marked(people: list[User], path: Path) -> None:
    path.unlink()
    withdraw_consent(person=people[0], kind=IMPROVE)
    run_jobs()
    assert CorrectionsFile.objects.get().gone_at
    assert not DBTaskResult.objects.exists()
    dataset_files.export_contributions(path=path, share=0.2)
    assert CorrectionsFile.objects.get().gone_at is None, "it is there again"


@pytest.mark.parametrize("reason", ["another machine", "no such disk", "damaged"])
def test_a_file_out_of_reach_is_told_and_tried_again(
    people: list[User], path: Path, caplog: Any, reason: str
) -> None:
    away = path.parent.with_name("away")
    content = path.read_bytes()
    if reason == "another machine":
        CorrectionsFile.objects.update(machine="laptop")
    elif reason == "no such disk":
        path.parent.rename(away)
    else:
        path.write_bytes(b"not a dataset")
    withdraw_consent(person=people[0], kind=IMPROVE)
    for hours in (1, 2, 4):
        run_jobs()
        again = DBTaskResult.objects.get()
        assert again.run_after
        wait = again.run_after - timezone.now()
        assert timedelta(hours=hours, minutes=-1) < wait <= timedelta(hours=hours)
        DBTaskResult.objects.update(run_after=timezone.now())
    assert f"contributions not removed from {CorrectionsFile.objects.get()}" in caplog.text
    with pytest.raises(CommandError, match=r"Out of reach: .*mine\.npz"):
        call_command("tidy_corrections")
    if reason == "another machine":
        CorrectionsFile.objects.update(machine=platform.node())
    elif reason == "no such disk":
        away.rename(path.parent)
    else:
        path.write_bytes(content)
    run_jobs()
    assert members_in(path) == {member(person) for person in people[1:]}
    assert not DBTaskResult.objects.exists()


def test_trying_again_ends_after_a_month_and_says_so(
    people: list[User], path: Path, caplog: Any
) -> None:
    CorrectionsFile.objects.update(machine="laptop")
    withdraw_consent(person=people[0], kind=IMPROVE)
    attempts = 0
    while DBTaskResult.objects.exists():
        DBTaskResult.objects.update(run_after=timezone.now())
        run_jobs()
        attempts += 1
    assert attempts == 11
    assert "given up for now: laptop" in caplog.text


def test_what_an_interrupted_writer_left_goes_too(people: list[User], path: Path) -> None:
    aside = path.with_name(f"{path.name}.4711.tmp")
    aside.write_bytes(path.read_bytes())
    withdraw_consent(person=people[0], kind=IMPROVE)
    run_jobs()
    assert not aside.exists()


def test_what_is_taken_back_while_a_file_is_written_is_not_in_it(
    people: list[User], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = Dataset.save

    def slowly(self: Dataset, path: Path) -> None:
        withdraw_consent(person=people[0], kind=IMPROVE)
        save(self, path)

    monkeypatch.setattr(Dataset, "save", slowly)
    path = tmp_path / "mine.npz"
    dataset = dataset_files.export_contributions(path=path)
    assert len(dataset) == 63
    assert members_in(path) == {member(person) for person in people[1:]}
