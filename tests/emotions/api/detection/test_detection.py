"""Detection without storage, through the API."""

from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Capture
from ml.registry import NoModelError, active_version
from tests import pictures, uploads
from tests.emotions.api.calls import assert_problem, create

pytestmark = pytest.mark.django_db
DETECT = "/api/v1/detect/"


def frames(*photos: bytes) -> dict[str, Any]:
    return {"photos": [SimpleUploadedFile("x.jpg", photo) for photo in photos]}


def test_frames_are_read_and_nothing_is_kept(owner_api: APIClient) -> None:
    answer = owner_api.post(
        DETECT, frames(pictures.astronaut_jpeg(), uploads.landscape_jpeg(), b"nonsense")
    )
    assert answer.status_code == 200
    assert answer.json()["model_version"] == active_version().name
    portrait, landscape, nonsense = answer.json()["photos"]
    (face,) = portrait["faces"]
    assert (face["emotion"], portrait["width"], portrait["problem"]) == ("happy", 512, None)
    stored = create(owner_api, pictures.astronaut_jpeg()).json()["detections"][0]
    assert {name: stored[name] for name in face} == face
    assert (landscape["faces"], landscape["problem"]) == ([], None)
    assert (nonsense["width"], nonsense["problem"]["code"]) == (None, "unsupported_type")
    assert Capture.objects.count() == 1


def test_frames_need_consent_a_network_and_one_at_a_time(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    photo = pictures.astronaut_jpeg()
    assert_problem(APIClient().post(DETECT, frames(photo)), 401, "not_authenticated")
    assert_problem(owner_api.post(DETECT, {}), 400, "invalid")
    assert_problem(owner_api.post(DETECT, frames(*[photo] * 9)), 400, "invalid")
    cache.add(f"detect:{owner.pk}", 1)
    busy = owner_api.post(DETECT, frames(photo))
    assert_problem(busy, 429, "busy")
    assert busy["Retry-After"] == "1"
    assert other_api.post(DETECT, frames(photo)).status_code == 200
    cache.clear()
    with patch("emotions.api.detection.views.registry.serving", side_effect=NoModelError):
        unable = owner_api.post(DETECT, frames(photo))
    assert_problem(unable, 503, "no_model")
    assert unable["Retry-After"]
    assert owner_api.post(DETECT, frames(photo)).status_code == 200, "no lock is left behind"
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(owner_api.post(DETECT, frames(photo)), 403, "consent_required")
