"""What an answer rests on, through the API."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests import factories, pictures
from tests.emotions.api.calls import CAPTURES, assert_problem, create

pytestmark = pytest.mark.django_db


def test_an_answer_is_explained_in_numbers_words_and_a_picture(
    owner_api: APIClient, other_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg()).json()
    address = f"{CAPTURES}{made['uuid']}/explanation/"
    told = owner_api.get(address).json()
    assert told["emotion"] == made["detections"][0]["emotion"]
    assert told["part"] == "mouth"
    assert 0 < told["drop"] < 1
    assert told["description"].startswith("Mainly your mouth and chin")
    picture = owner_api.get(told["picture"], headers={"Accept": "image/jpeg"})
    assert (picture["Content-Type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert picture["Cache-Control"] == "private, no-cache"
    for theirs in (address, told["picture"]):
        assert_problem(other_api.get(theirs), 404, "not_found")


def test_without_a_picture_there_is_nothing_to_explain(owner: User, owner_api: APIClient) -> None:
    address = f"{CAPTURES}{factories.capture(owner=owner, looks='happy').uuid}/explanation/"
    assert_problem(owner_api.get(address), 404, "not_found")
    assert_problem(owner_api.get(f"{address}picture/"), 404, "not_found")
