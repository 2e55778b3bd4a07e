"""What a person's own device read is shown as such, and is no figure about any network."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django_tasks_db.models import DBTaskResult

from accounts.consents import give_consent
from accounts.models import Consent, User
from common.imaging.geometry import Box
from emotions.captures.device_readings import DeviceFace, DeviceReading
from emotions.captures.recording import SelfReport, record_reading
from emotions.contributions.collecting import collect_contributions
from emotions.model_quality.production_metrics import photos_by_week
from emotions.model_quality.rescoring import captures_to_rescore
from emotions.models import Capture, Contribution, Detection, Feeling, Preferences
from emotions.preferences.selectors import get_preferences
from emotions.preferences.services import set_preferences
from ml import registry
from ml.registry import active_version
from tests import factories
from tests.jobs import run_jobs
from tests.ml import versions

pytestmark = pytest.mark.django_db
LAST_WEEK, NEXT_MONDAY = datetime(2026, 3, 25, 12, tzinfo=UTC), date(2026, 3, 30)
HAPPY = DeviceFace(
    box=Box(30, 20, 40, 40), probabilities=(0.01, 0.01, 0.01, 0.93, 0.02, 0.01, 0.01), roll=90
)


def record(owner: User, *faces: DeviceFace, **fields: Any) -> Capture:
    reading = DeviceReading(version=active_version(), size=(100, 80), faces=faces)
    return record_reading(
        owner=owner, reading=reading, source=Capture.Source.CAMERA, keep_without_face=True, **fields
    )


def test_the_page_says_that_the_device_read_it_and_offers_nothing_for_pictures(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    capture = record(owner, HAPPY)
    url = f"/captures/{capture.uuid}/"
    page = owner_client.get(url).content.decode()
    assert "Looks happy" in page
    assert "Read on your device by the network" in page
    for address in ("why/", "turn/", "photo", "thumbnail"):
        assert f"{url}{address}" not in page
    assert "in this picture" not in page, "its roll is no reason to turn what is not there"
    assert other_client.get(url).status_code == 404


def test_the_page_of_a_photo_says_nothing_of_devices(owner: User, owner_client: Client) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    page = owner_client.get(f"/captures/{capture.uuid}/").content.decode()
    assert "Read by the network" in page
    assert "Read on your device" not in page


def test_without_a_face_the_page_still_says_where_it_was_read(
    owner: User, owner_client: Client
) -> None:
    page = owner_client.get(f"/captures/{record(owner).uuid}/").content.decode()
    assert "No face found" in page
    assert "Read on your device." in page


def test_there_is_no_picture_to_explain(owner: User, owner_client: Client) -> None:
    url = f"/captures/{record(owner, HAPPY).uuid}/why"
    assert "no picture of your face to explain" in owner_client.get(f"{url}/").content.decode()
    assert owner_client.get(f"{url}.jpg").status_code == 404


def test_readings_of_devices_are_no_production_figures(owner: User) -> None:
    record(owner, HAPPY)
    record(owner)
    factories.capture(owner=owner, looks="sad")
    Capture.objects.update(created_at=LAST_WEEK)
    weeks = photos_by_week(NEXT_MONDAY)
    (week,) = weeks.values()
    assert week.owner_ids == [owner.pk]
    assert [face.emotion for face in week.faces] == ["sad"]


def test_no_other_network_reads_what_a_device_has_read(owner: User) -> None:
    newer = registry.register(versions.files("newer"), made_by="test")
    registry.start_shadow(newer, share=100, by="test")
    record(owner, HAPPY)
    assert not DBTaskResult.objects.exists()
    assert not captures_to_rescore(newer).exists()
    run_jobs()
    assert {face.role for face in Detection.objects.all()} == {Detection.Role.ANSWER}


def test_what_a_device_has_read_is_never_contributed(owner: User) -> None:
    give_consent(person=owner, kind=Consent.Kind.IMPROVE)
    record(owner, HAPPY, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    assert collect_contributions(owner=owner) == 0
    assert not Contribution.objects.exists(), "so that no gate looks at it either"


def test_no_time_of_inference_is_known(owner: User) -> None:
    record(owner, HAPPY)
    face = Detection.objects.get()
    assert (face.milliseconds, face.roll, face.made_by) == (None, 90, Capture.ReadOn.DEVICE)


def test_everybody_s_photos_are_read_on_the_server_until_they_choose(owner: User) -> None:
    assert get_preferences(owner=owner).read_on == Capture.ReadOn.SERVER
    set_preferences(owner=owner, read_on=Capture.ReadOn.DEVICE)
    assert get_preferences(owner=owner).read_on == Capture.ReadOn.DEVICE
    set_preferences(owner=owner, kept=Capture.Kept.CROP)
    assert get_preferences(owner=owner).read_on == Capture.ReadOn.DEVICE


def test_processes_of_the_version_before_go_on_writing(owner: User) -> None:
    before = MigrationLoader(connection).project_state([("emotions", "0027_answered_requests")])
    later = factories.capture(owner=owner)
    values = dict(Capture.objects.filter(pk=later.pk).values().get())
    earlier_capture = before.apps.get_model("emotions", "Capture")
    assert not hasattr(earlier_capture, "read_on")
    later.delete()
    values.pop("read_on")
    earlier_capture.objects.create(**values)
    before.apps.get_model("emotions", "Preferences").objects.create(owner_id=owner.pk)
    assert Capture.objects.get().read_on == Capture.ReadOn.SERVER
    assert Preferences.objects.get().read_on == Capture.ReadOn.SERVER
