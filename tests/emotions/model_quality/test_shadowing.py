"""A shadow deployment reads new photos after the answer, and nobody is shown what it says."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.captures import editing, purging, recording, trash
from emotions.model_quality.k_anonymity import MIN_PEOPLE
from emotions.model_quality.shadow_comparison import compare_shadow
from emotions.model_quality.shadowing import shadow_read
from emotions.models import Capture, Detection
from ml import registry
from ml.inference.card import ModelFileError
from ml.models import ModelVersion, Trial
from ml.registry import active
from tests import factories, pictures
from tests.conftest import signed_in
from tests.jobs import run_worker
from tests.ml import versions

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate() -> ModelVersion:
    active.reset()
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])
    return registry.register(versions.files("candidate", wrong=0.25), made_by="ada")


@pytest.fixture
def trial(candidate: ModelVersion) -> Trial:
    return registry.start_shadow(candidate, share=100, by="ada")


@pytest.fixture
def administrator() -> Client:
    person = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    return signed_in(Client(), person)


def record(owner: User, **fields: Any) -> Capture:
    values = {"photo": pictures.astronaut_jpeg(), "source": Capture.Source.UPLOAD, **fields}
    return recording.record_capture(owner=owner, **values)


def work() -> None:
    """Do what waits for the worker, inside the transaction of the test."""
    for waiting in DBTaskResult.objects.ready():
        job = waiting.task_result
        waiting.task.call(*job.args, **job.kwargs)
        waiting.delete()


def shadows() -> list[Detection]:
    return list(Detection.objects.filter(role=Detection.Role.SHADOW))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kept", [Capture.Kept.PHOTO, Capture.Kept.CROP])
def test_it_reads_what_is_kept_once_the_worker_comes_to_it(
    owner: User, trial: Trial, kept: Capture.Kept
) -> None:
    capture = record(owner, kept=kept)
    assert shadows() == []
    run_worker()
    (read,) = shadows()
    answer = capture.detections.get(role=Detection.Role.ANSWER)
    assert (read.model_version, read.is_me, read.box) == (trial.version, True, answer.box)
    assert read.milliseconds is not None
    assert Capture.objects.get().sequence == capture.sequence
    assert shadow_read(capture_id=capture.pk, trial_id=trial.pk) is None


def test_numbers_alone_are_never_read(owner: User, trial: Trial) -> None:
    record(owner, kept=Capture.Kept.NOTHING)
    work()
    assert shadows() == []


def test_without_a_shadow_nothing_is_queued(owner: User, trial: Trial) -> None:
    registry.stop_shadow()
    record(owner)
    assert registry.running_shadow() is None
    work()
    assert shadows() == []


@pytest.mark.parametrize(("drawn", "read"), [(49, 1), (50, 0)])
def test_only_its_share_is_read(
    owner: User, candidate: ModelVersion, monkeypatch: pytest.MonkeyPatch, drawn: int, read: int
) -> None:
    registry.start_shadow(candidate, share=50, by="ada")
    monkeypatch.setattr("emotions.model_quality.receivers.secrets.randbelow", lambda _: drawn)
    record(owner)
    work()
    assert len(shadows()) == read


def test_what_is_gone_by_then_is_left_alone(owner: User, other: User, trial: Trial) -> None:
    purging.purge_capture(capture=record(owner))
    trash.delete_capture(capture=record(owner))
    editing.edit_capture(capture=record(owner), changes={"kept": Capture.Kept.NOTHING})
    record(other)
    withdraw_consent(person=other, kind=Consent.Kind.USE)
    work()
    assert shadows() == []


def test_nobody_is_shown_it_but_it_is_in_the_own_export(
    owner: User, owner_client: Client, owner_api: APIClient, trial: Trial
) -> None:
    capture = record(owner)
    work()
    Detection.objects.filter(role=Detection.Role.SHADOW).update(emotion="disgust")
    for body in (
        owner_api.get(f"/api/v1/captures/{capture.uuid}/").json(),
        owner_api.get("/api/v1/captures/").json()["results"][0],
        owner_api.get("/api/v1/changes/").json()["changes"][0]["capture"],
    ):
        assert [one["role"] for one in body["detections"]] == ["answer"]
    for path in (f"/captures/{capture.uuid}/", "/today/", "/history/", "/history/?view=list"):
        assert "Looks disgusted" not in owner_client.get(path).content.decode()
    trends = owner_client.get("/trends/distribution.csv").content.decode()
    assert "Disgusted,0," in trends
    sent = owner_client.get("/data/export/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content)))  # type: ignore[attr-defined]
    (entry,) = json.loads(packed.read("captures.json"))
    assert [one["role"] for one in entry["detections"]] == ["answer", "shadow"]
    assert "isgust" not in packed.read("index.html").decode()
    assert ",disgust," not in packed.read("captures.csv").decode()[-200:]


def test_one_shadow_at_a_time(candidate: ModelVersion, trial: Trial) -> None:
    with pytest.raises(registry.ShadowError, match="Another trial goes on"):
        registry.start_shadow(candidate, share=5, by="ada")
    assert Trial.objects.count() == 1
    registry.stop_shadow()
    registry.start_shadow(candidate, share=5, by="ada")
    trial.pk = None
    with pytest.raises(IntegrityError):
        trial.save(force_insert=True)


def test_wrong_trials_are_refused(candidate: ModelVersion) -> None:
    for share in (0, 101):
        with pytest.raises(registry.ShadowError, match="from 1 to 100"):
            registry.start_shadow(candidate, share=share, by="ada")
    with pytest.raises(registry.ShadowError, match="answers already"):
        registry.start_shadow(registry.active_version(), share=5, by="ada")
    with pytest.raises(ModelFileError, match="has no file"):
        registry.start_shadow(registry.placeholder_version(), share=5, by="ada")
    assert not Trial.objects.exists()


def test_a_version_that_is_promoted_is_no_shadow_any_more(trial: Trial) -> None:
    registry.promote(trial.version, by="ada")
    assert registry.running_shadow() is None
    ended = Trial.objects.get().ended_at
    assert ended is not None
    registry.roll_back(by="ada")
    assert Trial.objects.get().ended_at == ended


def read_by_both(
    number: int,
    candidate: ModelVersion,
    *,
    shadow: str,
    felt: str | None = None,
    times: bool = True,
) -> None:
    """Record a face that looks happy, of a person of a number."""
    email = f"person{number}@example.org"
    person = User.objects.filter(email=email).first() or factories.person(email)
    capture = factories.capture(owner=person, felt=felt)
    factories.detection(capture=capture, looks="happy", milliseconds=4.0)
    factories.detection(
        capture=capture,
        looks=shadow,
        role=Detection.Role.SHADOW,
        model_version=candidate,
        milliseconds=2.0 if times else None,
    )


def test_both_are_comparison_over_what_both_read(candidate: ModelVersion) -> None:
    for number in range(MIN_PEOPLE):
        read_by_both(number, candidate, shadow="happy" if number < 6 else "sad", felt="sad")
    read_by_both(0, candidate, shadow="sad", times=False)  # imported
    comparison = compare_shadow(candidate)
    assert comparison.same
    assert comparison.answer_felt
    assert comparison.shadow_felt
    assert comparison.answer_latency
    assert comparison.shadow_latency
    assert (comparison.same.percent, comparison.same.of) == (60, 10)
    assert comparison.same.percent_interval == (31, 83)
    assert (comparison.answer_felt.percent, comparison.shadow_felt.percent) == (0, 40)
    assert (comparison.answer_latency.median, comparison.shadow_latency.slow) == (4.0, 2.0)


def test_of_few_people_nothing_is_told(candidate: ModelVersion) -> None:
    for number in range(MIN_PEOPLE - 1):
        for _ in range(3):
            read_by_both(number, candidate, shadow="happy", felt="sad")
    assert compare_shadow(candidate).same is None
    read_by_both(MIN_PEOPLE, candidate, shadow="happy")
    comparison = compare_shadow(candidate)
    assert comparison.same
    assert (comparison.answer_felt, comparison.shadow_felt) == (None, None)


BEGIN, END = "/admin/ml/trial/begin/", "/admin/ml/trial/end/"


def test_the_administration_begins_compares_and_ends(
    administrator: Client, candidate: ModelVersion
) -> None:
    assert BEGIN in administrator.get("/admin/ml/trial/").content.decode()
    refused = administrator.post(BEGIN, {"version": candidate.pk, "share": 101})
    assert "less than or equal to 100" in refused.content.decode()
    for number in range(MIN_PEOPLE):
        read_by_both(number, candidate, shadow="happy" if number < 6 else "sad", felt="sad")
    begun = administrator.post(BEGIN, {"version": candidate.pk, "share": 20}, follow=True)
    page = begun.content.decode()
    assert "Candidate is now on trial." in page
    assert "60 % (31–83)" in page
    trial = Trial.objects.get()
    assert (trial.share, trial.by) == (20, "admin@example.org")
    again = administrator.post(BEGIN, {"version": candidate.pk, "share": 20})
    assert "Another trial goes on" in again.content.decode()
    administrator.get(END)
    assert registry.running_shadow() is not None
    administrator.post(END)
    assert registry.running_shadow() is None
    assert "It ended" in administrator.get(f"/admin/ml/trial/{trial.pk}/change/").content.decode()


def test_nobody_else_begins_sees_or_ends(owner_client: Client, trial: Trial) -> None:
    staff = signed_in(Client(), factories.person("staff@example.org", is_staff=True))
    for client in (Client(), owner_client, staff):
        for path in (BEGIN, END, "/admin/ml/trial/", f"/admin/ml/trial/{trial.pk}/change/"):
            assert client.get(path).status_code in {302, 403}
            assert client.post(path).status_code in {302, 403}
    assert registry.running_shadow() == trial
