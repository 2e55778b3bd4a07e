"""The time of a moment is changed on its page, and two windows overwrite nothing silently."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.captures.forms import state_of
from emotions.models import Capture
from emotions.models.limits import MAX_NOTE_LENGTH
from tests import factories
from tests.emotions.api.calls import note

pytestmark = pytest.mark.django_db
BERLIN = "Europe/Berlin"
JSON = "application/json"


@pytest.fixture
def moment(owner: User) -> Capture:
    """Half past one on a winter afternoon in Berlin, to the second."""
    return factories.capture(
        owner=owner,
        taken_at=datetime(2026, 1, 10, 12, 30, 17, tzinfo=UTC),
        time_zone=BERLIN,
        note="First.",
        mood=3,
    )


def move(client: Client, moment: Capture, clock: str, **fields: str) -> Any:
    return client.post(
        reverse("emotions:capture_time", args=[moment.uuid]), {"taken_at": clock, **fields}
    )


def edit(client: Client, moment: Capture, **fields: Any) -> Any:
    return client.post(reverse("emotions:capture_edit", args=[moment.uuid]), fields)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("2026-01-10T13:30", datetime(2026, 1, 10, 12, 30, 17, tzinfo=UTC)),  # as it was
        ("2026-01-10T08:05", datetime(2026, 1, 10, 7, 5, tzinfo=UTC)),
        ("2025-07-01T00:30", datetime(2025, 6, 30, 22, 30, tzinfo=UTC)),
        ("2025-10-26T02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),  # the first of two
    ],
)
def test_the_time_is_by_the_clocks_where_it_was_lived(
    owner_client: Client, moment: Capture, clock: str, expected: datetime
) -> None:
    page = owner_client.get(reverse("emotions:capture_time", args=[moment.uuid]))
    assert 'value="2026-01-10T13:30"' in page.content.decode()
    assert "Local time in Europe/Berlin, where you were." in text_of(page)
    assert move(owner_client, moment, clock).status_code == 302
    moment.refresh_from_db()
    assert moment.taken_at == expected
    assert moment.time_zone == BERLIN
    assert moment.local_date.isoformat() == clock[:10]


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ("2026-03-29T02:30", "The clocks skipped 02:30 that day in Europe/Berlin"),
        ("1026-03-29T02:30", "in 1900 or later"),
        ("", "required"),
        ("yesterday", "valid date"),
    ],
)
def test_a_time_that_cannot_be_is_told_and_changes_nothing(
    owner_client: Client, moment: Capture, clock: str, says: str
) -> None:
    refused = move(owner_client, moment, clock)
    assert refused.status_code == 422
    assert says in text_of(refused)
    before = moment.taken_at
    moment.refresh_from_db()
    assert moment.taken_at == before


def test_the_future_is_refused_for_moments_in_words_too(
    owner_client: Client, moment: Capture
) -> None:
    tomorrow = f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert "That time is in the future." in text_of(move(owner_client, moment, tomorrow))
    words = {"mood": "3", "taken_at": tomorrow}
    refused = owner_client.post(reverse("emotions:words"), words)
    assert "That time is in the future." in text_of(refused)


def test_a_time_that_was_changed_meanwhile_is_shown_first(
    owner_client: Client, moment: Capture
) -> None:
    opened = moment.taken_at.isoformat()
    move(owner_client, moment, "2026-01-10T09:00")
    asked = move(owner_client, moment, "2026-01-10T10:00", opened_with=opened)
    assert asked.status_code == 409
    assert "is saved for Saturday, 10 January 2026, 09:00" in text_of(asked)
    assert "You moved it to that time in another tab" in text_of(asked)
    assert 'value="2026-01-10T10:00"' in asked.content.decode()
    again = asked.context["form"]["opened_with"].value()
    moved = move(owner_client, moment, "2026-01-10T10:00", opened_with=again)
    assert moved.status_code == 302
    moment.refresh_from_db()
    assert moment.taken_at == datetime(2026, 1, 10, 9, tzinfo=UTC)


def test_the_time_is_the_owners_alone(
    other_client: Client, client: Client, moment: Capture
) -> None:
    assert move(other_client, moment, "2026-01-10T10:00").status_code == 404
    assert move(client, moment, "2026-01-10T10:00")["Location"].startswith("/accounts/login/")
    moment.refresh_from_db()
    assert moment.taken_at.minute == 30


def test_an_older_note_asks_which_to_keep(owner_client: Client, moment: Capture) -> None:
    page = owner_client.get(reverse("emotions:capture_detail", args=[moment.uuid])).content.decode()
    opened = state_of(moment)
    assert opened in page
    first = {"note": "There now.", "tags": "rain", "opened_with": opened}
    assert edit(owner_client, moment, **first).status_code == 302
    mine = {"note": "Mine,\r\nin two lines.", "tags": "sun", "opened_with": opened}
    asked = edit(owner_client, moment, **mine)
    assert asked.status_code == 409
    said = text_of(asked)
    assert "You changed this somewhere else, too" in said
    assert "There now." in said
    assert "Mine, in two lines." in said
    moment.refresh_from_db()
    assert moment.note == "There now."
    again = asked.context["conflict"]["opened_with"]
    assert edit(owner_client, moment, **mine | {"opened_with": again}).status_code == 302
    moment.refresh_from_db()
    assert moment.note == "Mine,\nin two lines."
    assert [tag.name for tag in moment.tags.all()] == ["sun"]


def test_a_change_of_something_else_is_no_conflict(owner_client: Client, moment: Capture) -> None:
    opened = state_of(moment)
    editing.edit_capture(capture=moment, changes=Changes(note="Other."))
    unchanged = {"note": "First.", "tags": "", "opened_with": opened}
    assert edit(owner_client, moment, mood="5", **unchanged).status_code == 302
    assert edit(owner_client, moment, felt="sad", mood="3", **unchanged).status_code == 302
    moment.refresh_from_db()
    assert (moment.mood, moment.felt, moment.note) == (5, "sad", "Other.")


@pytest.mark.parametrize(("field", "value"), [("mood", "1"), ("mood", ""), ("felt", "sad")])
def test_an_older_tap_asks_too(
    owner_client: Client, moment: Capture, field: str, value: str
) -> None:
    opened = state_of(moment)
    editing.edit_capture(capture=moment, changes=Changes(mood=5, felt="happy"))  # type: ignore[typeddict-item]
    assert edit(owner_client, moment, **{field: value, "opened_with": opened}).status_code == 409
    moment.refresh_from_db()
    assert (moment.mood, moment.felt) == (5, "happy")


def test_the_same_sent_twice_is_no_conflict(owner_client: Client, moment: Capture) -> None:
    sent = {"note": "Twice.", "tags": "b, a", "opened_with": state_of(moment)}
    assert edit(owner_client, moment, **sent).status_code == 302
    assert edit(owner_client, moment, **sent).status_code == 302


def test_a_page_of_before_saves_as_it_did(owner_client: Client, moment: Capture) -> None:
    assert edit(owner_client, moment, note="From an old page.").status_code == 302


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_line_break_counts_once(
    owner_client: Client, owner_api: APIClient, moment: Capture, line_break: str
) -> None:
    longest = line_break.join(["x" * 9] * (MAX_NOTE_LENGTH // 10)) + "y"
    assert edit(owner_client, moment, note=longest).status_code == 302
    moment.refresh_from_db()
    assert len(moment.note) == MAX_NOTE_LENGTH
    assert "\r" not in moment.note
    made = note(owner_api, note=longest)
    assert made.status_code == 201
    assert made.json()["note"] == moment.note
    assert edit(owner_client, moment, note=longest + "z").status_code == 422
    assert note(owner_api, note=longest + "z").status_code == 400


def save_in_place(client: Client, moment: Capture, **fields: Any) -> Any:
    return client.post(
        reverse("emotions:capture_edit", args=[moment.uuid]), fields, headers={"Accept": JSON}
    )


def test_a_sheet_that_saves_as_one_goes_learns_how_the_moment_is_by_now(
    owner_client: Client, moment: Capture
) -> None:
    factories.detection(capture=moment, looks="happy")
    first = save_in_place(owner_client, moment, felt="sad", opened_with=state_of(moment))
    assert first.json()["headline"] == "Looks happy · you felt sad"
    state = first.json()["opened_with"]
    later = save_in_place(owner_client, moment, felt="sad", note="Later.", opened_with=state)
    moment.refresh_from_db()
    assert later.json()["opened_with"] == state_of(moment)
    assert (moment.felt, moment.note) == ("sad", "Later.")


def test_what_is_sent_as_it_was_changes_nothing(owner_client: Client, moment: Capture) -> None:
    state, sequence = state_of(moment), moment.sequence
    sent = {"mood": "3", "note": "First.", "tags": "", "opened_with": state}
    assert save_in_place(owner_client, moment, **sent).json()["opened_with"] == state
    moment.refresh_from_db()
    assert moment.sequence == sequence


def test_a_sheet_that_stays_open_never_overwrites_what_it_has_not_seen(
    owner_client: Client, moment: Capture
) -> None:
    opened = state_of(moment)
    editing.edit_capture(capture=moment, changes=Changes(note="Other.", mood=5))
    mine = {"note": "First.", "mood": "3", "tags": "", "felt": "sad"}
    first = save_in_place(owner_client, moment, **mine, opened_with=opened)
    again = first.json()["opened_with"]
    later = save_in_place(owner_client, moment, **mine | {"felt": "fear"}, opened_with=again)
    moment.refresh_from_db()
    assert (moment.note, moment.mood, moment.felt) == ("Other.", 5, "fear")
    mine |= {"note": "Mine.", "opened_with": later.json()["opened_with"]}
    assert save_in_place(owner_client, moment, **mine).status_code == 409


def test_what_is_sent_while_leaving_is_joined_with_what_was_written_elsewhere(
    owner_client: Client, moment: Capture
) -> None:
    opened = state_of(moment)
    editing.edit_capture(capture=moment, changes=Changes(note="Other.", tags=["rain"], mood=1))
    mine = {"note": "Mine.", "tags": "sun", "mood": "5", "opened_with": opened, "leaving": "on"}
    for _time in range(2):  # The same again adds nothing.
        assert edit(owner_client, moment, **mine).status_code == 302
        moment.refresh_from_db()
        assert (moment.note, moment.mood) == ("Other.\nMine.", 5)
        assert {tag.name for tag in moment.tags.all()} == {"rain", "sun"}


def test_a_contradiction_keeps_everything_else_that_was_sent(
    owner_client: Client, moment: Capture
) -> None:
    opened = state_of(moment)
    editing.edit_capture(capture=moment, changes=Changes(note="Other."))
    asked = edit(owner_client, moment, note="Mine.", mood="5", tags="sun", opened_with=opened)
    assert asked.status_code == 409
    fields = asked.context["conflict"]["fields"]
    again = {field.name: field.sent for field in fields}
    again["opened_with"] = asked.context["conflict"]["opened_with"]
    assert edit(owner_client, moment, **again).status_code == 302
    moment.refresh_from_db()
    assert (moment.note, moment.mood) == ("Mine.", 5)
    assert [tag.name for tag in moment.tags.all()] == ["sun"]


def test_a_sheet_is_told_in_place_what_does_not_fit_and_that_something_contradicts_it(
    owner_client: Client, moment: Capture
) -> None:
    opened = state_of(moment)
    refused = save_in_place(owner_client, moment, tags="x" * 41, opened_with=opened)
    assert (refused.status_code, refused["Content-Type"]) == (422, JSON)
    assert refused.json() == {"errors": ["At most 20 tags of 40 characters each."]}
    editing.edit_capture(capture=moment, changes=Changes(note="Other."))
    assert save_in_place(owner_client, moment, note="Mine.", opened_with=opened).status_code == 409
    moment.refresh_from_db()
    assert moment.note == "Other."


def test_a_sheet_is_saved_by_its_owner_alone(
    other_client: Client, client: Client, moment: Capture
) -> None:
    assert save_in_place(other_client, moment, felt="sad").status_code == 404
    assert save_in_place(client, moment, felt="sad")["Location"].startswith("/accounts/login/")
    moment.refresh_from_db()
    assert moment.felt is None
