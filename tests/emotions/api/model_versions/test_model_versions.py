"""The card of the network that answers, through the API."""

import pytest
from rest_framework.test import APIClient

from ml.registry import active_version

pytestmark = pytest.mark.django_db


def test_the_card_of_the_network_that_answers_is_told(owner_api: APIClient) -> None:
    told = owner_api.get("/api/v1/model/").json()
    assert told["name"] == active_version().name
    assert told["card"] == active_version().card
