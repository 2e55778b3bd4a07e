"""The page with the card of the network that answers."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_model_card_page_states_the_registered_figures(client: Client) -> None:
    from ml.registry import active_version

    card = active_version().card
    page = client.get(reverse("emotions:model_card")).content.decode()
    assert f"{100 * card['evaluation']['shown']['accuracy']:.1f}" in page
    assert card["name"] in page
