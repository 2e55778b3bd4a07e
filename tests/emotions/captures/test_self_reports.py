"""Moments in words, and their tags."""

import pytest

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.api.tags.serializers import TagSerializer
from emotions.captures import selectors
from emotions.captures.days import load_day
from emotions.captures.errors import (
    EmptyCaptureError,
)
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Feeling, Tag
from tests.emotions.captures.recorded import record


def test_words_alone_make_a_moment_even_where_no_photo_may_be_read(owner: User) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    said = SelfReport(felt=Feeling.SAD, mood=2, note="Rain.", tags=("home", "Home", "work"))
    capture = record(owner, self_report=said)
    assert capture.source == Capture.Source.MANUAL
    assert (capture.felt, capture.mood, capture.note) == ("sad", 2, "Rain.")
    assert {tag.name for tag in capture.tags.all()} == {"home", "work"}
    assert not capture.detections.exists()
    day = load_day(owner=owner, on=capture.local_date)
    assert day.mood
    assert day.mood.valence == -0.5


def test_a_moment_without_photo_and_words_is_none(owner: User) -> None:
    with pytest.raises(EmptyCaptureError):
        record(owner, self_report=SelfReport(tags=("work",)))
    assert not Capture.objects.exists()


def test_a_tag_is_one_however_it_is_capitalised_and_belongs_to_one_person(
    owner: User, other: User
) -> None:
    for person in (owner, other):
        record(person, self_report=SelfReport(mood=3, tags=("École",)))
        record(person, self_report=SelfReport(mood=3, tags=("école", "bus")))
    assert sorted(Tag.objects.filter(owner=owner).values_list("name", flat=True)) == [
        "bus",
        "École",
    ]
    told = TagSerializer(selectors.tags(owner=owner), many=True).data
    assert [(tag["name"], tag["uses"]) for tag in told] == [
        ("École", 2),
        ("bus", 1),
    ]
