"""A table of Daylio becomes moments in words."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.captures.errors import EmptyCaptureError
from emotions.models import Capture
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.transfer.histories import NOTHING, brought_in, send

pytestmark = pytest.mark.django_db


HEADER = "full_date,date,weekday,time,mood,activities,note_title,note"


def daylio(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join(["\ufeff" + header, *rows, ""]).encode()


def test_a_table_of_daylio_becomes_moments_once(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    table = daylio(
        '2023-05-14,May 14,Sunday,14:30,rad,"work | Rain | rain","A title","Two\nlines, ""q"""',
        '2023-05-14,May 14,Sunday,2:05 pm,Awful,"","",""',
        '2023-07-01,July 1,Saturday,12:10\u202fAM,meh,"","",""',
        f'2023-07-02,July 2,Sunday,08:00,good,"{" | ".join(f"t{n}" for n in range(22))}","",""',
    )
    assert brought_in(owner_api, table, time_zone="Europe/Lisbon") == {**NOTHING, "new": 4}
    found = list(Capture.objects.order_by("taken_at"))
    assert [capture.mood for capture in found] == [1, 5, 3, 4]
    assert [capture.source for capture in found] == ["import"] * 4
    assert found[0].taken_at == datetime(2023, 5, 14, 13, 5, tzinfo=UTC)
    assert found[1].taken_at == datetime(2023, 5, 14, 13, 30, tzinfo=UTC)
    assert found[1].note == 'A title\nTwo\nlines, "q"'
    assert sorted(tag.name.casefold() for tag in found[1].tags.all()) == ["rain", "work"]
    assert str(found[2].local_date) == "2023-07-01"
    assert found[3].tags.count() == 20
    assert found[3].note == "t20, t21", "what no tag can be is not lost"
    assert brought_in(owner_api, table) == {**NOTHING, "already_there": 4}
    assert brought_in(other_api, table) == {**NOTHING, "new": 4}


def test_moods_of_ones_own_need_a_number(owner_api: APIClient) -> None:
    table = daylio('2023-05-14,,,14:30,so so,"","",""', '2023-05-15,,,14:30,good,"","",""')
    told = brought_in(owner_api, table)
    assert (told["new"], told["refused"]) == (1, 1)
    assert told["refusals"] == [
        {
            "place": "line 2",
            "reason": "The mood “so so” has no rating yet. Choose one from 1 to 5.",
        }
    ]
    told = brought_in(owner_api, table, moods="So So 3, great 5")
    assert (told["new"], told["already_there"]) == (1, 1)
    for wrong in ("great", "great 6", "5"):
        refused = send(owner_api, table, moods=wrong)
        assert_problem(refused, 400, "invalid")
        assert set(refused.json()["errors"]) == {"moods"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("14.5.23.1,,,14:30,good,,,", "Expected a full_date such as"),
        ("2023-05-14,,,25:30,good,,,", "Expected a full_date such as"),
        ("2123-05-14,,,12:30,good,,,", "not in the future"),
        ("2023-05-14", "Expected a full_date such as"),
        (f"2023-05-14,,,12:30,good,,,{'x' * 200_000}", "128 kB"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(owner_api: APIClient, row: str, reason: str) -> None:
    told = brought_in(owner_api, daylio(row, '2023-05-15,,,14:30,good,"","",""'))
    assert (told["new"], told["refused"]) == (1, 1)
    assert told["refusals"][0]["place"] == "line 2"
    assert reason in told["refusals"][0]["reason"]


@pytest.mark.parametrize(
    "table",
    [
        daylio("2023-05-14,good", header="date,mood"),
        HEADER.encode("utf-16")[:-1],
        HEADER.replace("mood", "Stimmung").encode(),
    ],
)
def test_another_table_is_refused_whole(owner_api: APIClient, table: bytes) -> None:
    refused = send(owner_api, table)
    assert_problem(refused, 400, "invalid")
    assert "full_date, time, mood, activities, note" in refused.json()["errors"]["file"][0]


def test_a_moment_of_daylio_is_one_in_words(owner_api: APIClient, owner_client: Client) -> None:
    brought_in(owner_api, daylio('2023-05-14,,,14:30,good,"","",""'))
    assert "No face found" not in owner_client.get("/days/2023-05-14/").text
    capture = Capture.objects.get()
    with pytest.raises(EmptyCaptureError):
        editing.edit_capture(capture=capture, changes=Changes(mood=None))


def test_a_mood_without_a_number_is_told_once(owner_api: APIClient) -> None:
    told = brought_in(
        owner_api, daylio(*[f"2023-05-{day},,,14:30,flat,,," for day in range(10, 31)])
    )
    assert told["refused"] == 21
    assert [refusal["place"] for refusal in told["refusals"]] == ["line 2"]


def test_a_mood_with_a_comma_gets_its_number(owner_api: APIClient) -> None:
    table = daylio('2023-05-14,,,14:30,"meh, kind of",,,', "2023-05-15,,,14:30,top 3 ever,,,")
    told = brought_in(owner_api, table, moods="meh, kind of 3, top 3 ever 5")
    assert told == {**NOTHING, "new": 2}
    assert [capture.mood for capture in Capture.objects.order_by("taken_at")] == [3, 5]


def test_a_long_note_is_cut_and_its_moment_kept(owner_api: APIClient) -> None:
    assert brought_in(owner_api, daylio(f"2023-05-14,,,12:30,good,,,{'x' * 2345}"))["new"] == 1
    note = Capture.objects.get().note
    assert len(note) == 2000
    assert note.endswith("x…")
