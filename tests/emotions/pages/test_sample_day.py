"""The made-up day on the first page."""

import pytest
from django.test import Client
from django.utils import translation

from emotions.models import Capture, Tag
from emotions.pages.sample_day import MOMENTS, sample_sentence


@pytest.mark.django_db
def test_the_first_page_shows_a_day_in_both_threads_and_stores_nothing(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "You felt sad, then happy, then neutral." in page
    assert "Looks neutral · you felt sad" in page
    assert "Looked and felt happy" in page
    assert "Felt neutral" in page
    assert page.count('class="entry"') == len(MOMENTS)
    assert not Capture.objects.exists()
    assert not Tag.objects.exists()


def test_it_speaks_german() -> None:
    with translation.override("de"):
        assert sample_sentence() == "Du hast dich traurig, dann fröhlich, dann neutral gefühlt."
        assert "Looks" not in " ".join(moment.title for moment in MOMENTS)
