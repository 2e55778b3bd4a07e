"""Where faces and feelings part: one question a day, and what ten answered photos show."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from emotions.captures import presentation, selectors
from emotions.insights import day_views, partings
from emotions.insights.partings import Pair
from emotions.models import Capture, Feeling
from tests import factories

MONDAY = date(2026, 3, 9)
SATURDAY = date(2026, 3, 14)


def pairs(on: date, looked: str, felt: str, times: int) -> list[Pair]:
    return [Pair(on, Feeling(looked), Feeling(felt))] * times


CASES = {
    "too few": (pairs(MONDAY, "neutral", "sad", 9), [], []),
    "workdays alone": (
        pairs(MONDAY, "neutral", "sad", 8)
        + pairs(MONDAY, "happy", "happy", 4)
        + pairs(SATURDAY, "happy", "happy", 10),
        ["On workdays your face mostly says neutral (8 of 12 photos); you mostly say sad (8)."],
        [
            "An Werktagen sagt dein Gesicht meist neutral (8 von 12 Fotos); du sagst meist "
            "traurig (8)."
        ],
    ),
    "weekends otherwise": (
        pairs(MONDAY, "neutral", "sad", 10) + pairs(SATURDAY, "neutral", "happy", 10),
        [
            "On workdays your face mostly says neutral (10 of 10 photos); you mostly say sad (10).",
            "On weekends your face mostly says neutral (10 of 10 photos); you mostly say happy "
            "(10).",
        ],
        [
            "An Werktagen sagt dein Gesicht meist neutral (10 von 10 Fotos); du sagst meist "
            "traurig (10).",
            "Am Wochenende sagt dein Gesicht meist neutral (10 von 10 Fotos); du sagst meist "
            "fröhlich (10).",
        ],
    ),
    "every day": (
        pairs(MONDAY, "happy", "fear", 10) + pairs(SATURDAY, "happy", "fear", 11),
        ["Your face mostly says happy (21 of 21 photos); you mostly say afraid (21)."],
        ["Dein Gesicht sagt meist fröhlich (21 von 21 Fotos); du sagst meist ängstlich (21)."],
    ),
    "too few of either": (
        pairs(MONDAY, "happy", "sad", 6) + pairs(SATURDAY, "happy", "sad", 6),
        ["Your face mostly says happy (12 of 12 photos); you mostly say sad (12)."],
        ["Dein Gesicht sagt meist fröhlich (12 von 12 Fotos); du sagst meist traurig (12)."],
    ),
    "at one": (
        pairs(MONDAY, "happy", "happy", 9) + pairs(SATURDAY, "happy", "sad", 2),
        ["In 9 of 11 photos you felt what your face showed."],
        ["Auf 9 von 11 Fotos hast du gefühlt, was dein Gesicht zeigte."],
    ),
    "no majority": (
        pairs(MONDAY, "happy", "sad", 5) + pairs(MONDAY, "neutral", "fear", 5),
        ["In 0 of 10 photos you felt what your face showed."],
        ["Auf 0 von 10 Fotos hast du gefühlt, was dein Gesicht zeigte."],
    ),
}


@pytest.mark.parametrize(("seen", "english", "german"), CASES.values(), ids=CASES)
def test_many_answers_are_told_with_their_numbers(
    seen: list[Pair], english: list[str], german: list[str]
) -> None:
    for language, expected in (("en", english), ("de", german)):
        with translation.override(language):
            assert partings.sentences(seen) == expected


@pytest.mark.django_db
def test_pairs_are_answered_photos_of_the_owner_that_look_like_one_emotion(
    owner: User, other: User
) -> None:
    told = factories.capture(owner=owner, looks="happy", felt="sad")
    factories.capture(owner=owner, looks="happy")
    factories.capture(owner=owner, felt="sad")
    factories.capture(owner=owner, looks="happy", felt="sad", deleted_at=timezone.now())
    unsure = factories.capture(owner=owner, felt="sad")
    factories.detection(capture=unsure, looks={"happy": 0.5, "sad": 0.5}, unsure=True)
    factories.capture(owner=other, looks="happy", felt="fear")
    on = told.local_date
    assert partings.load_pairs(owner=owner, first=on, last=on) == pairs(on, "happy", "sad", 1)


def asked_about(owner: User) -> Capture | None:
    captures = selectors.history(owner=owner).order_by("taken_at", "id")
    item = partings.item_to_ask_about(presentation.item(capture) for capture in captures)
    return item.capture if item else None


@pytest.mark.django_db
def test_one_question_is_asked_a_day_until_it_is_answered(owner: User) -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    factories.capture(owner=owner, taken_at=noon, looks="happy", felt="happy")
    assert asked_about(owner) is None
    first, _second = (
        factories.capture(
            owner=owner, taken_at=noon + timedelta(hours=hours), looks="happy", felt="sad"
        )
        for hours in (1, 2)
    )
    assert asked_about(owner) == first
    Capture.objects.filter(pk=first.pk).update(note="A funeral.")
    assert asked_about(owner) is None


def test_the_question_can_be_left_until_the_next_day(
    owner: User, owner_client: Client, other_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    for days in (0, 1):
        at = noon + timedelta(days=days)
        factories.capture(owner=owner, looks="happy", felt="sad", taken_at=at)
    monkeypatch.setattr(day_views, "today_in", lambda zone: SATURDAY)
    asked = b"What was going on?"
    other_client.post("/today/question/")
    assert asked in owner_client.get("/today/").content
    left = owner_client.post("/today/question/", follow=True)
    assert left.redirect_chain == [("/today/", 302)]
    assert asked not in left.content
    assert asked not in owner_client.get("/today/").content
    monkeypatch.setattr(day_views, "today_in", lambda zone: SATURDAY + timedelta(days=1))
    assert asked in owner_client.get("/today/").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "At 13:05 you felt sad while your face looked happy. What was going on?"),
        (
            "de",
            "Um 13:05 hast du dich traurig gefühlt, und dein Gesicht sah fröhlich aus. Was war da?",
        ),
    ],
)
def test_the_question_says_when_and_what(owner: User, language: str, question: str) -> None:
    at = datetime(2026, 3, 14, 13, 5, tzinfo=UTC)
    item = presentation.item(factories.capture(owner=owner, looks="happy", felt="sad", taken_at=at))
    with translation.override(language):
        assert partings.question(item) == question


@pytest.mark.django_db
def test_today_asks_its_owner_alone_and_leads_to_the_note(
    owner: User, owner_client: Client, other_client: Client, client: Client
) -> None:
    moment = factories.capture(owner=owner, looks="happy", felt="sad", taken_at=timezone.now())
    page = owner_client.get("/today/").content.decode()
    assert "What was going on?" in page
    assert f'href="/captures/{moment.uuid}/#id_note"' in page
    assert "What was going on?" not in other_client.get("/today/").content.decode()
    assert client.get("/today/").status_code == 302
    yesterday = moment.local_date - timedelta(days=1)
    factories.capture(
        owner=owner, looks="happy", felt="sad", taken_at=timezone.now() - timedelta(days=1)
    )
    assert "What was going on?" not in owner_client.get(f"/days/{yesterday}/").content.decode()


@pytest.mark.django_db
def test_today_and_trends_say_what_ten_answers_show(owner: User, owner_client: Client) -> None:
    for age in range(10):
        taken_at = timezone.now() - timedelta(days=age)
        factories.capture(owner=owner, looks="neutral", felt="sad", taken_at=taken_at)
    said = "Your face mostly says neutral (10 of 10 photos); you mostly say sad (10)."
    for path in ("/today/", "/trends/"):
        assert said in owner_client.get(path).content.decode(), path
    Capture.objects.filter(local_date=timezone.now().date()).update(felt=None)
    for path in ("/today/", "/trends/"):
        assert "Your face mostly says" not in owner_client.get(path).content.decode(), path
