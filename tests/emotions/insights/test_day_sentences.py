"""A day's sentence claims no more than its moments carry, in both languages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.formats import number_format

from accounts.models import User
from emotions.captures.days import load_day
from emotions.insights.day_sentences import day_sentence, explain_mood, parting_sentence
from ml.emotions import VALENCES
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 14)
MORNING = datetime(2026, 3, 14, 6, tzinfo=UTC)
UNSURE = {"neutral": 0.55, "sad": 0.45}
"""What a face looks like of which the network is unsure."""


def record_day(
    owner: User, *moments: dict[str, Any], every: timedelta = timedelta(hours=2)
) -> None:
    """Record moments one after the other, from six in the morning on."""
    for number, fields in enumerate(moments):
        taken_at = MORNING + number * every
        looks = fields.pop("looks", None)
        capture = factories.capture(owner=owner, taken_at=taken_at, **fields)
        if looks:
            factories.detection(capture=capture, looks=looks, unsure=looks is UNSURE)


def sentence(owner: User, language: str = "en") -> str:
    with translation.override(language):
        return day_sentence(load_day(owner=owner, on=DAY), is_today=False)


def looks(*emotions: str) -> list[dict[str, Any]]:
    return [{"looks": emotion} for emotion in emotions]


def felt(*emotions: str) -> list[dict[str, Any]]:
    return [{"felt": emotion} for emotion in emotions]


DAYS = [
    # Nothing, or nothing about a mood
    ([], "Nothing noted on this day.", "An diesem Tag ist nichts notiert."),
    ([{"note": "Rain."}], "Moments without a mood.", "Momente ohne Stimmung."),
    # One moment
    (looks("sad"), "Your face looked sad.", "Dein Gesicht sah traurig aus."),
    (
        [{"looks": UNSURE}],
        "Your face looked neutral or sad.",
        "Dein Gesicht sah neutral oder traurig aus.",
    ),
    (felt("sad"), "You felt sad.", "Du hast dich traurig gefühlt."),
    (
        [{"looks": "happy", "felt": "happy"}],
        "You felt happy, and it showed.",
        "Du hast dich fröhlich gefühlt, und man sah es dir an.",
    ),
    (
        [{"looks": "happy", "felt": "sad"}],
        "You felt sad, though your face looked happy.",
        "Du hast dich traurig gefühlt, obwohl dein Gesicht fröhlich aussah.",
    ),
    (
        [{"looks": UNSURE, "felt": "angry"}],
        "You felt angry, though your face looked neutral or sad.",
        "Du hast dich wütend gefühlt, obwohl dein Gesicht neutral oder traurig aussah.",
    ),
    ([{"looks": UNSURE, "felt": "sad"}], "You felt sad.", "Du hast dich traurig gefühlt."),
    (
        [{"mood": 4}, {"note": "Rain."}],
        "One moment, rated “Pleasant”.",
        "Ein Moment, bewertet mit „Angenehm“.",
    ),
    # Two to four
    (
        [{"felt": "sad"}, {"looks": "happy"}],
        "Sad, then happy.",
        "Traurig, dann fröhlich.",
    ),
    (
        felt("sad", "happy"),
        "You felt sad, then happy.",
        "Du hast dich traurig, dann fröhlich gefühlt.",
    ),
    (
        looks("sad", "sad", "happy", "sad"),
        "Your face looked sad, then happy, then sad.",
        "Dein Gesicht sah traurig, dann fröhlich, dann traurig aus.",
    ),
    (felt("sad", "sad"), "You felt sad each time.", "Du hast dich jedes Mal traurig gefühlt."),
    (
        looks("sad", "sad"),
        "Your face looked sad each time.",
        "Dein Gesicht sah jedes Mal traurig aus.",
    ),
    (
        [{"felt": "sad"}, {"looks": "sad"}, {}],
        "Sad each time.",
        "Jedes Mal traurig.",
    ),
    ([{"felt": "sad"}, {"mood": 4}], "Sad, then pleasant.", "Traurig, dann angenehm."),
    # Five and more
    (looks(*["happy"] * 5), "A mostly happy day.", "Ein Tag, meist fröhlich."),
    (
        looks("sad", "happy", "neutral", "sad", "happy"),
        "A mixed day.",
        "Ein gemischter Tag.",
    ),
    (
        looks("neutral", "sad", "neutral", "neutral", "happy", "happy", "neutral"),
        "A mostly neutral day, brighter since noon.",
        "Ein Tag, meist neutral, seit Mittag heller.",
    ),
    (
        felt("happy", "happy", "happy", "sad", "sad"),
        "A mostly happy day, heavier since noon.",
        "Ein Tag, meist fröhlich, seit Mittag schwerer.",
    ),
    (
        [{"mood": value} for value in (4, 5, 4, 5, 4)],
        "A good day.",
        "Ein guter Tag.",
    ),
]


@pytest.mark.parametrize(("moments", "english", "german"), DAYS)
def test_a_day_is_told_by_what_its_moments_say(
    owner: User, moments: list[dict[str, Any]], english: str, german: str
) -> None:
    record_day(owner, *[dict(moment) for moment in moments])
    assert sentence(owner) == english
    assert sentence(owner, "de") == german


def test_today_has_a_sentence_of_its_own_before_its_first_moment(owner: User) -> None:
    day = load_day(owner=owner, on=DAY)
    assert day_sentence(day, is_today=True) == "Nothing noted yet today."


def test_a_day_without_enough_before_noon_is_compared_by_halves(owner: User) -> None:
    record_day(owner, *looks(*["sad"] * 3, *["happy"] * 4), every=timedelta(minutes=40))
    assert sentence(owner) == "A mostly happy day, brighter towards the end."


def test_nothing_is_said_about_a_change_within_minutes(owner: User) -> None:
    record_day(owner, *looks(*["sad"] * 3, *["happy"] * 4), every=timedelta(minutes=5))
    assert sentence(owner) == "A mostly happy day."


def test_unsure_faces_make_no_majority(owner: User) -> None:
    unsure = [{"looks": UNSURE} for _ in range(3)]
    record_day(owner, *looks("happy", "happy", "happy"), *unsure, every=timedelta(minutes=5))
    assert sentence(owner) == "A mixed day."


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (5, "You mostly felt sad, while your face mostly looked happy."),
        (4, ""),
    ],
)
def test_feelings_and_faces_part_only_from_enough_pairs_on(
    owner: User, pairs: int, words: str
) -> None:
    record_day(owner, *[{"looks": "happy", "felt": "sad"} for _ in range(pairs)])
    assert parting_sentence(load_day(owner=owner, on=DAY).threads) == words


def test_feelings_and_faces_that_agree_do_not_part(owner: User) -> None:
    record_day(owner, *[{"looks": "happy", "felt": "happy"} for _ in range(6)])
    assert parting_sentence(load_day(owner=owner, on=DAY).threads) == ""


def test_the_rule_as_shown_names_ratings_first_and_its_own_limits(owner: User) -> None:
    record_day(owner, {"looks": "sad", "felt": "sad", "mood": 5})
    mood = load_day(owner=owner, on=DAY).mood
    assert mood
    words = explain_mood(mood)
    assert "your rating counts first" in words
    assert "sad −0.80" in words
    assert "The average is +1.00: above +0.20 is called positive, below −0.20 negative" in words
    assert "From 5 moments over at least 3 hours on" in words


RULE = [
    # Within a moment the rating counts first, then what was felt, then what the face looked like.
    ([{"looks": "happy", "felt": "sad", "mood": 5}], "+1.00", "positive"),
    ([{"looks": "happy", "felt": "sad"}], "−0.80", "negative"),
    ([{"looks": "happy"}], "+1.00", "positive"),
    ([{"felt": "happy", "mood": 3}], "+0.00", "neutral"),
    ([{"looks": {"happy": 0.5, "sad": 0.5}}], "+0.10", "neutral"),
    # Ratings count from the lowest to the highest value, and emotions count as the rule says.
    *[
        ([{"mood": mood}], valence, sentiment)
        for mood, valence, sentiment in (
            (1, "−1.00", "negative"),
            (2, "−0.50", "negative"),
            (3, "+0.00", "neutral"),
            (4, "+0.50", "positive"),
        )
    ],
    *[(felt(emotion), "+0.00", "neutral") for emotion in ("neutral", "surprise")],
    # Each moment counts the same, and those that say nothing about a mood do not count.
    ([{"mood": 5}, {"looks": "sad"}], "+0.10", "neutral"),
    ([{"mood": 1}, {"note": "Rain."}], "−1.00", "negative"),
    # Positive begins above the limit, negative below it.
    ([{"mood": mood} for mood in (4, 4, 3, 3, 3)], "+0.20", "neutral"),
    ([{"mood": mood} for mood in (4, 4, 4, 3, 3)], "+0.30", "positive"),
    ([{"mood": mood} for mood in (2, 2, 3, 3, 3)], "−0.20", "neutral"),
    ([{"mood": mood} for mood in (2, 2, 2, 3, 3)], "−0.30", "negative"),
]


@pytest.mark.parametrize(("moments", "average", "sentiment"), RULE)
def test_a_day_is_computed_by_the_rule_that_its_page_shows(
    owner: User,
    owner_client: Client,
    moments: list[dict[str, Any]],
    average: str,
    sentiment: str,
) -> None:
    record_day(owner, *[dict(moment) for moment in moments])
    number = sum("note" not in moment for moment in moments)
    page = owner_client.get(f"/days/{DAY}/").content.decode()
    assert f"about a mood ({number}); each counts the same" in page
    assert f"The average is {average}: above +0.20 is called positive" in page
    assert f"Sentiment: {sentiment}" in page


def test_the_rule_gives_each_emotion_the_value_that_counts(owner: User) -> None:
    for emotion, valence in VALENCES.items():
        capture = factories.capture(owner=owner, felt=str(emotion), taken_at=MORNING)
        mood = load_day(owner=owner, on=DAY).mood
        assert mood
        assert mood.valence == pytest.approx(valence)
        shown = number_format(abs(valence), decimal_pos=2)
        assert not valence or shown in explain_mood(mood)
        capture.delete()
