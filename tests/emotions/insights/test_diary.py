"""Saying what was felt, words without a photo, the trash, and what is usual."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import editing, recording, selectors, trash
from emotions.captures.editing import Changes
from emotions.captures.moods import Mood
from emotions.captures.recording import SelfReport
from emotions.insights import baseline, trends
from emotions.insights.baseline import Baseline
from emotions.insights.wording import compare_with_baseline, streak_sentence
from emotions.models import Capture, Feeling
from emotions.preferences.forms import LIGHT_COLOURS
from emotions.preferences.selectors import get_preferences
from tests import factories, pictures, uploads
from tests.pictures import with_exif_date

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def edit(client: Client, capture: Capture, **fields: Any) -> Any:
    return client.post(reverse("emotions:capture_edit", args=[capture.uuid]), fields)


@pytest.fixture
def portrait(owner: User) -> Capture:
    return recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )


# --- Looks like, feels like -------------------------------------------------------------------


def test_one_tap_agrees_or_picks_what_was_really_felt(
    portrait: Capture, owner_client: Client
) -> None:
    url = reverse("emotions:capture_detail", args=[portrait.uuid])
    page = text_of(owner_client.get(url))
    assert "Is that how you feel?" in page
    assert "Yes, happy" in page
    assert edit(owner_client, portrait, felt="sad")["Location"] == url
    portrait.refresh_from_db()
    assert portrait.felt == "sad"
    assert portrait.detections.get().emotion == "happy"
    page = text_of(owner_client.get(url))
    assert "What you felt" in page
    assert "Looks happy" in page
    edit(owner_client, portrait, felt="")
    portrait.refresh_from_db()
    assert portrait.felt is None


def test_each_form_changes_only_what_it_sends(portrait: Capture, owner_client: Client) -> None:
    edit(owner_client, portrait, felt="happy")
    edit(owner_client, portrait, mood="4")
    edit(owner_client, portrait, note="By the river.", tags="walk, River , walk,,")
    portrait.refresh_from_db()
    assert (portrait.felt, portrait.mood, portrait.note) == ("happy", 4, "By the river.")
    assert sorted(tag.name for tag in portrait.tags.all()) == ["River", "walk"]
    page = owner_client.get(reverse("emotions:capture_detail", args=[portrait.uuid]))
    assert 'value="River, walk"' in page.content.decode()
    assert "By the river." in text_of(page)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"felt": "joy"}, "Select a valid choice"),
        ({"mood": "6"}, "Select a valid choice"),
        ({"tags": "x" * 41}, "At most 20 tags of 40 letters each."),
        ({"note": "x" * 2001}, "at most 2000 characters"),
        ({"me": "999999"}, "That face is not in this photo."),
    ],
)
def test_what_does_not_fit_is_said_on_the_page_and_changes_nothing(
    portrait: Capture, owner_client: Client, fields: dict[str, str], words: str
) -> None:
    answer = edit(owner_client, portrait, **fields)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Capture.objects.get().sequence == portrait.sequence


def test_nobody_else_changes_what_i_say(
    portrait: Capture, other_client: Client, client: Client
) -> None:
    assert edit(other_client, portrait, felt="sad").status_code == 404
    assert "/accounts/login/" in edit(client, portrait, felt="sad")["Location"]
    portrait.refresh_from_db()
    assert portrait.felt is None


def test_another_face_is_me_by_one_tap(owner: User, owner_client: Client) -> None:
    crowd = recording.record_capture(
        owner=owner, photo=uploads.crowd_jpeg(), source=Capture.Source.UPLOAD
    )
    page = owner_client.get(reverse("emotions:capture_detail", args=[crowd.uuid]))
    offered = re.findall(r'name="me"\s+value="(\d+)"', page.content.decode())
    assert len(offered) == crowd.detections.filter(is_me=False).count() >= 1
    edit(owner_client, crowd, me=offered[0])
    assert crowd.detections.get(is_me=True).pk == int(offered[0])


def test_less_is_kept_on_request_and_never_more(portrait: Capture, owner_client: Client) -> None:
    edit(owner_client, portrait, kept="crop")
    portrait.refresh_from_db()
    assert (portrait.kept, portrait.photo.name) == ("crop", "")
    refused = edit(owner_client, portrait, kept="photo")
    assert refused.status_code == 422
    assert "cannot come back" in text_of(refused)


def test_a_page_tells_how_often_the_two_agree(
    owner: User, other: User, owner_client: Client
) -> None:
    url = reverse("emotions:agreement")
    assert "Say below a photo" in text_of(owner_client.get(url))
    for felt in ("happy", "happy", "sad", "sad", "fear"):
        factories.capture(owner=owner, looks="happy", felt=felt)
    factories.capture(owner=owner, looks="sad", felt="sad")
    factories.capture(owner=owner, looks="sad")
    factories.capture(owner=owner, felt="angry")
    factories.capture(owner=other, looks="sad", felt="fear")
    rows = {row.detected: row for row in baseline.self_agreement(owner=owner)}
    happy, sad = rows[Feeling.HAPPY], rows[Feeling.SAD]
    assert (happy.total, happy.agreed, happy.most_common_other) == (5, 2, Feeling.SAD)
    assert (sad.total, sad.agreed, sad.most_common_other) == (1, 1, None)
    assert "for 6 of your faces. 3 times" in text_of(owner_client.get(url))


# --- Words without a photo --------------------------------------------------------------------


def test_a_moment_is_logged_in_words_in_the_zone_of_the_browser(
    owner: User, owner_client: Client
) -> None:
    owner_client.cookies["time_zone"] = "Asia/Tokyo"
    url = reverse("emotions:words")
    assert owner_client.get(url).status_code == 200
    sent = owner_client.post(
        url, {"felt": "sad", "mood": "2", "tags": "rain", "taken_at": "2026-03-14T23:30"}
    )
    capture = Capture.objects.get()
    assert sent["Location"] == reverse("emotions:capture_detail", args=[capture.uuid])
    assert capture.taken_at == datetime(2026, 3, 14, 14, 30, tzinfo=UTC)
    assert (capture.local_date, capture.time_zone) == (date(2026, 3, 14), "Asia/Tokyo")
    assert (capture.source, capture.felt, capture.mood) == ("manual", "sad", 2)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"taken_at": "2026-03-14T23:30", "tags": "rain"}, "Say what you felt"),
        ({"taken_at": "2126-03-14T23:30", "mood": "2"}, "still to come"),
        ({"mood": "2"}, "This field is required"),
    ],
)
def test_words_that_do_not_fit_are_kept_in_the_form(
    owner_client: Client, fields: dict[str, str], words: str
) -> None:
    answer = owner_client.post(reverse("emotions:words"), fields)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Capture.objects.exists()


# --- The trash --------------------------------------------------------------------------------


def test_deleting_can_be_undone_at_once_and_later_from_the_trash(
    owner: User, owner_client: Client
) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    page = owner_client.post(reverse("emotions:capture_delete", args=[capture.uuid]), follow=True)
    assert "In the trash." in text_of(page)
    assert f'name="uuid" value="{capture.uuid}"' in page.content.decode()
    for _ in range(2):
        restored = owner_client.post(reverse("emotions:restore"), {"uuid": str(capture.uuid)})
        assert restored.status_code == 302
        assert Capture.objects.get().deleted_at is None
        trash.delete_capture(capture=capture)
        assert "Looks happy" in text_of(owner_client.get(reverse("emotions:trash")))
    owner_client.post(reverse("emotions:purge", args=[capture.uuid]))
    assert Capture.objects.get().purged_at
    assert "nothing in the trash" in text_of(owner_client.get(reverse("emotions:trash")))


def test_several_are_deleted_and_brought_back_together(
    owner: User, other: User, owner_client: Client
) -> None:
    mine = [factories.capture(owner=owner, looks="happy") for _ in range(3)]
    theirs = factories.capture(owner=other, looks="sad")
    chosen = {"uuid": [str(c.uuid) for c in (*mine[:2], theirs)] + ["nonsense"]}
    page = owner_client.post(reverse("emotions:bulk_delete"), chosen, follow=True)
    assert "2 in the trash." in text_of(page)
    assert Capture.objects.filter(deleted_at=None).count() == 2
    theirs.refresh_from_db()
    assert theirs.deleted_at is None
    owner_client.post(reverse("emotions:restore"), chosen)
    assert not Capture.objects.exclude(deleted_at=None).exists()
    page = owner_client.post(reverse("emotions:bulk_delete"), follow=True)
    assert "Choose some moments first." in text_of(page)


def test_the_trash_of_another_stays_closed(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    trash.delete_capture(capture=capture)
    assert "Looks happy" not in text_of(other_client.get(reverse("emotions:trash")))
    other_client.post(reverse("emotions:restore"), {"uuid": str(capture.uuid)})
    assert other_client.post(reverse("emotions:purge", args=[capture.uuid])).status_code == 404
    capture.refresh_from_db()
    assert capture.deleted_at
    assert not capture.purged_at


# --- History and today ------------------------------------------------------------------------


def test_history_is_filtered_by_tag_source_and_words(owner: User, owner_client: Client) -> None:
    walk = factories.capture(owner=owner, looks="happy", note="By the River.")
    editing.edit_capture(capture=walk, changes=Changes(tags=["walk"]))
    factories.capture(owner=owner, looks="sad")
    url = reverse("emotions:history")
    for query in ({"tag": "walk"}, {"words": "river"}):
        page = text_of(owner_client.get(url, query))
        assert "Looks happy" in page
        assert "Looks sad" not in page
    assert "No moment fits" in text_of(owner_client.get(url, {"source": "live"}))


def mood(valence: float) -> Mood:
    return Mood(None, valence, None)


def test_a_day_is_compared_with_ten_moments_and_no_less() -> None:
    assert compare_with_baseline(mood(0.5), Baseline(0.0, 9)) == ""
    assert compare_with_baseline(mood(0.5), Baseline(None, 0)) == ""
    assert compare_with_baseline(None, Baseline(0.0, 50)) == ""
    assert (
        compare_with_baseline(mood(0.5), Baseline(0.0, 10)) == "Brighter than your last four weeks."
    )
    assert (
        compare_with_baseline(mood(-0.5), Baseline(0.0, 10)) == "Heavier than your last four weeks."
    )
    assert compare_with_baseline(mood(0.1), Baseline(0.0, 10)) == "Much like your last four weeks."


def test_what_is_usual_ends_the_day_before(owner: User) -> None:
    on = date(2026, 3, 14)
    for days, felt in [(0, "happy"), (1, "sad"), (28, "sad"), (29, "happy")]:
        moment = datetime(2026, 3, 14, 12, tzinfo=UTC) - timedelta(days=days)
        factories.capture(owner=owner, felt=felt, taken_at=moment)
    weeks = baseline.baseline_before(owner=owner, on=on)
    assert weeks.captures == 2
    assert weeks.valence == pytest.approx(-0.8)


@pytest.mark.parametrize(
    ("ages", "row"),
    [([], 0), ([0], 1), ([1], 1), ([0, 1, 2], 3), ([1, 2], 2), ([0, 2], 1), ([2], 0)],
)
def test_days_in_a_row_go_on_while_today_is_young(owner: User, ages: list[int], row: int) -> None:
    today = datetime(2026, 3, 14, 12, tzinfo=UTC)
    for age in ages:
        for _ in range(2):
            factories.capture(owner=owner, felt="sad", taken_at=today - timedelta(days=age))
    assert baseline.streak(owner=owner, today=today.date()) == row


def test_only_a_real_row_is_told() -> None:
    assert streak_sentence(2) == ""
    assert streak_sentence(3) == "3 days in a row with a moment."


# --- What it looked at, and when it was -------------------------------------------------------


@pytest.mark.parametrize("kept", ["photo", "crop"])
def test_a_picture_shows_what_the_network_looked_at(
    owner: User, owner_client: Client, other_client: Client, kept: str
) -> None:
    capture = recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        kept=Capture.Kept(kept),
    )
    page = owner_client.get(reverse("emotions:explanation", args=[capture.uuid]))
    assert "Mostly your mouth and chin" in text_of(page)
    url = reverse("emotions:explanation_picture", args=[capture.uuid])
    started = time.perf_counter()
    picture = owner_client.get(url)
    assert time.perf_counter() - started < 2
    assert (picture["Content-Type"], picture["Cache-Control"]) == (
        "image/jpeg",
        "private, no-cache",
    )
    assert other_client.get(url).status_code == 404
    assert "/accounts/login/" in Client().get(url)["Location"]


def test_without_a_picture_there_is_nothing_to_explain(owner: User, owner_client: Client) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    page = owner_client.get(reverse("emotions:explanation", args=[capture.uuid]))
    assert "only numbers are kept" in text_of(page)
    picture = reverse("emotions:explanation_picture", args=[capture.uuid])
    assert owner_client.get(picture).status_code == 404


def test_the_time_of_the_photo_is_offered_and_taken(owner: User, owner_client: Client) -> None:
    capture = recording.record_capture(
        owner=owner,
        photo=with_exif_date("2026:03:14 23:30:00"),
        source=Capture.Source.UPLOAD,
        time_zone="Asia/Tokyo",
    )
    url = reverse("emotions:capture_detail", args=[capture.uuid])
    assert "taken on 14 March 2026 at 23:30" in text_of(owner_client.get(url))
    owner_client.post(reverse("emotions:use_time_of_photo", args=[capture.uuid]))
    capture.refresh_from_db()
    assert capture.taken_at == datetime(2026, 3, 14, 14, 30, tzinfo=UTC)
    assert capture.local_date == date(2026, 3, 14)
    assert "says it was taken" not in text_of(owner_client.get(url))


@pytest.mark.parametrize("moment", ["2126:01:01 00:00:00", "soon"])
def test_a_time_that_cannot_be_is_not_offered(
    owner: User, owner_client: Client, moment: str
) -> None:
    capture = recording.record_capture(
        owner=owner, photo=with_exif_date(moment), source=Capture.Source.UPLOAD
    )
    page = owner_client.get(reverse("emotions:capture_detail", args=[capture.uuid]))
    assert "says it was taken" not in text_of(page)


def test_a_person_says_what_is_kept_of_photos_to_come(owner: User, owner_client: Client) -> None:
    url = reverse("emotions:keeping")
    assert owner_client.get(url).status_code == 200
    said = {"kept": "crop", "keep_others": "on", "pictures_kept_for": "91"}
    assert owner_client.post(url, said)["Location"] == url
    preferences = get_preferences(owner=owner)
    assert (preferences.kept, preferences.keep_others) == ("crop", True)
    assert preferences.pictures_kept_for == 91
    assert owner_client.post(url, said | {"kept": "all"}).status_code == 422


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-03-29T00:30:00+00:00", "Europe/Berlin", "2026-03-29"),  # 01:30, an hour is skipped
        ("2026-03-29T21:59:00+00:00", "Europe/Berlin", "2026-03-29"),  # 23:59 of the short day
        ("2026-03-29T22:01:00+00:00", "Europe/Berlin", "2026-03-30"),
        ("2026-10-25T00:30:00+00:00", "Europe/Berlin", "2026-10-25"),  # 02:30, for the first time
        ("2026-10-25T01:30:00+00:00", "Europe/Berlin", "2026-10-25"),  # 02:30, once more
        ("2026-10-25T22:59:00+00:00", "Europe/Berlin", "2026-10-25"),  # the 25th hour
        ("2026-03-14T11:00:00+00:00", "Pacific/Kiritimati", "2026-03-15"),
        ("2026-03-14T11:00:00+00:00", "Pacific/Niue", "2026-03-14"),
    ],
)
def test_a_day_has_the_hours_that_it_has(
    owner: User, owner_client: Client, moment: str, zone: str, day: str
) -> None:
    capture = recording.record_capture(
        owner=owner,
        source=Capture.Source.MANUAL,
        taken_at=datetime.fromisoformat(moment),
        time_zone=zone,
        self_report=SelfReport(felt=Feeling.SAD),
    )
    assert str(capture.local_date) == day
    page = owner_client.get(reverse("emotions:day", args=[capture.local_date]))
    assert text_of(page).count("Sad") >= 1
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    assert f"{local:%H:%M}" in text_of(page)


def test_days_of_who_travels_neither_vanish_nor_double(owner: User) -> None:
    """From Auckland over the date line to Honolulu: the 14th is lived twice, in order."""
    flights = [
        ("2026-03-13T20:00:00+00:00", "Pacific/Auckland"),  # 14 March, 09:00
        ("2026-03-14T06:00:00+00:00", "Pacific/Auckland"),  # 14 March, 19:00
        ("2026-03-14T18:00:00+00:00", "Pacific/Honolulu"),  # 14 March, 08:00
        ("2026-03-15T08:00:00+00:00", "Pacific/Honolulu"),  # 14 March, 22:00
    ]
    for moment, zone in flights:
        recording.record_capture(
            owner=owner,
            source=Capture.Source.MANUAL,
            taken_at=datetime.fromisoformat(moment),
            time_zone=zone,
            self_report=SelfReport(mood=3),
        )
    day = selectors.day(owner=owner, on=date(2026, 3, 14))
    assert [capture.taken_at.isoformat() for capture in day.captures] == [
        moment for moment, _ in flights
    ]
    (period,) = trends.load_periods(
        owner=owner, by=trends.Span.DAY, first=date(2026, 3, 14), last=date(2026, 3, 14)
    )
    assert period.captures == 4


# --- How it looks -----------------------------------------------------------------------------


def test_theme_and_colours_are_the_persons_own(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    url, sheet, today = (reverse(f"emotions:{name}") for name in ("appearance", "colours", "today"))
    assert "data-theme" not in owner_client.get(today).content.decode()
    ours = {feeling.value: LIGHT_COLOURS[feeling] for feeling in Feeling}
    sent = owner_client.post(url, {**ours, "theme": "dark", "happy": "#112233"})
    assert sent["Location"] == url
    page = owner_client.get(today).content.decode()
    assert 'data-theme="dark"' in page
    assert sheet in page
    rules = owner_client.get(sheet)
    assert rules["Content-Type"] == "text/css"
    assert "--happy: #112233;" in rules.content.decode()
    assert "--sad" not in rules.content.decode()
    assert sheet not in other_client.get(today).content.decode()
    assert "#112233" not in other_client.get(sheet).content.decode()
    owner_client.post(url, {"theme": "", "ours": "1"})
    page = owner_client.get(today).content.decode()
    assert sheet not in page
    assert "data-theme" not in page


@pytest.mark.parametrize("colour", ["red", "#12345", "#112233;} body{display:none", "#GGGGGG"])
def test_nothing_but_a_colour_gets_into_the_style_sheet(owner_client: Client, colour: str) -> None:
    refused = owner_client.post(reverse("emotions:appearance"), {"happy": colour})
    assert refused.status_code == 422
    assert "Choose a colour" in text_of(refused)
