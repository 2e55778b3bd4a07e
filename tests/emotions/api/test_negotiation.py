"""Clients get what succeeds also where they only say that they accept problems."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from emotions.api.problems import CONTENT_TYPE
from tests import factories, pictures
from tests.emotions.api.calls import CAPTURES, assert_problem, create

pytestmark = pytest.mark.django_db
ACCEPTS = [CONTENT_TYPE, f"{CONTENT_TYPE}; q=0.5", f"text/html, {CONTENT_TYPE}", "*/*"]


@pytest.mark.parametrize("accept", ACCEPTS)
def test_whoever_accepts_problems_deletes(accept: str, owner: User, owner_api: APIClient) -> None:
    address = f"{CAPTURES}{factories.capture(owner=owner).uuid}/"
    assert owner_api.delete(address, headers={"Accept": accept}).status_code == 204
    assert_problem(owner_api.delete(address, headers={"Accept": accept}), 404, "not_found")


@pytest.mark.parametrize("accept", ACCEPTS)
def test_whoever_accepts_problems_gets_pictures_archives_and_json(
    accept: str, owner_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg())
    for path, kind in (
        (f"{made['Location']}photo/", "image/jpeg"),
        ("/api/v1/export/", "application/zip"),
        (made["Location"], "application/json"),
    ):
        answer = owner_api.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
