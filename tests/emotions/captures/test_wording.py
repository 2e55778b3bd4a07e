"""One emotion where the network was sure, two or three where it was not."""

import pytest
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures.wording import headline, moment_headline
from emotions.models import Detection, Feeling
from ml.models import ModelVersion
from ml.registry import active_version
from tests import factories

pytestmark = pytest.mark.django_db

OPEN = {"neutral": 0.4, "sad": 0.3, "angry": 0.2, "happy": 0.1}
CLEAR = {"neutral": 0.55, "sad": 0.4, "angry": 0.05}


@pytest.fixture
def version() -> ModelVersion:
    """The active version, whose sets sum to 0.9 and were right 88 times in 100."""
    version = active_version()
    sets = {"share": 0.884, "interval": [0.81, 0.93], "images": 200}
    version.card |= {"set_mass": 0.9, "photos": version.card.get("photos", {}) | {"sets": sets}}
    version.save()
    return version


def detect(owner: User, looks: dict[str, float], **fields: object) -> Detection:
    capture = factories.capture(owner=owner, looks=None)
    return factories.detection(capture=capture, looks=looks, **fields)


def test_an_unsure_answer_names_as_many_as_its_version_needs(
    owner: User, version: ModelVersion
) -> None:
    assert headline(detect(owner, OPEN, unsure=True)) == "Could be neutral, sad or angry"
    assert headline(detect(owner, CLEAR, unsure=True)) == "Could be neutral or sad"
    assert headline(detect(owner, OPEN, unsure=False)) == "Looks neutral"
    with translation.override("de"):
        german = headline(detect(owner, OPEN, unsure=True))
    assert german == "Vielleicht neutral, traurig oder wütend"


def test_a_version_that_was_not_calibrated_on_photos_names_two(owner: User) -> None:
    version = active_version()
    version.card.pop("set_mass", None)
    version.save()
    assert headline(detect(owner, OPEN, unsure=True)) == "Could be neutral or sad"


def test_page_and_api_tell_the_set_and_the_page_how_often_it_holds(
    owner: User, owner_client: Client, owner_api: APIClient, version: ModelVersion
) -> None:
    capture = detect(owner, OPEN, unsure=True).capture
    page = owner_client.get(f"/captures/{capture.uuid}/").content.decode()
    assert "Could be neutral, sad or angry" in page
    assert "88 times in 100" in page
    (detection,) = owner_api.get(f"/api/v1/captures/{capture.uuid}/").json()["detections"]
    assert detection["set"] == ["neutral", "sad", "angry"]
    assert detection["unsure"] is True
    assert version.card["set_mass"] == 0.9


def test_a_certain_answer_names_one_and_is_never_called_entirely_sure(
    owner: User, owner_client: Client, owner_api: APIClient
) -> None:
    capture = detect(owner, {"happy": 1.0}).capture
    page = owner_client.get(f"/captures/{capture.uuid}/").content.decode()
    assert "It was over 99% sure." in page
    (detection,) = owner_api.get(f"/api/v1/captures/{capture.uuid}/").json()["detections"]
    assert detection["set"] == ["happy"]


def test_sets_are_never_called_entirely_right(
    owner: User, owner_client: Client, version: ModelVersion
) -> None:
    version.card["photos"]["sets"]["share"] = 1.0
    version.save()
    capture = detect(owner, OPEN, unsure=True).capture
    assert "99 times in 100" in owner_client.get(f"/captures/{capture.uuid}/").content.decode()


@pytest.mark.parametrize(
    ("felt", "looks", "unsure", "shown"),
    [
        (None, None, False, ""),
        (None, CLEAR, False, "Looks neutral"),
        ("sad", None, False, "Felt sad"),
        ("neutral", CLEAR, False, "Looked and felt neutral"),
        ("sad", CLEAR, False, "Looks neutral · you felt sad"),
        ("happy", CLEAR, True, "Could be neutral or sad · you felt happy"),
        ("sad", CLEAR, True, "Felt sad"),
    ],
)
@pytest.mark.usefixtures("version")
def test_a_moment_shows_what_was_felt_beside_what_its_face_looks_like(
    owner: User,
    felt: str | None,
    looks: dict[str, float] | None,
    unsure: bool,
    shown: str,
) -> None:
    answer = detect(owner, looks, unsure=unsure) if looks else None
    assert moment_headline(Feeling(felt) if felt else None, answer) == shown
