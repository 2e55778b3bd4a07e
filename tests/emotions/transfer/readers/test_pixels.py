"""Days as Pixels writes them."""

import io
import json
import zipfile
from typing import Any

import pytest

from emotions.transfer.readers import Entry, Refusal, UnreadableError, open_history
from emotions.transfer.readers.pixels import MAX_PIXELS_BYTES

DAY = {
    "date": "2025-1-31",
    "type": "Mood",
    "scores": [4],
    "notes": "A walk.\nThen rain.",
    "tags": [
        {"type": "Emotions", "entries": ["calm", "Calm"]},
        {"type": "Activities", "entries": ["walk", "rain, later"]},
    ],
}
OLD_DAY = {"date": "2019-01-08", "mood": 5, "emotions": ["joy"], "notes": ""}


def read(*days: Any, time_zone: str = "Europe/Berlin") -> list[Any]:
    return read_file(json.dumps(days).encode(), time_zone=time_zone)


def read_file(data: bytes, time_zone: str = "UTC", start: int = 0) -> list[Any]:
    file = io.BytesIO(data)
    history = open_history(file, size=len(data), time_zone=time_zone, moods={})
    assert history.description["format"] == "pixels"
    return list(history.entries(start=start))


def test_a_day_is_a_moment_at_noon() -> None:
    (moment,) = read(DAY)
    assert isinstance(moment, Entry)
    assert moment.taken_at.isoformat() == "2025-01-31T12:00:00+01:00"
    assert moment.mood == 4
    assert moment.note == "A walk.\nThen rain."
    assert moment.tags == ("calm", "walk", "rain, later")


def test_files_of_old_versions_are_read() -> None:
    (moment,) = read(OLD_DAY)
    assert (moment.mood, moment.tags) == (5, ("joy",))
    assert moment.taken_at.date().isoformat() == "2019-01-08"


def test_each_score_of_a_day_is_a_moment_and_the_first_has_the_words() -> None:
    first, second = read({**DAY, "scores": [2, 5]})
    assert (first.mood, second.mood) == (2, 5)
    assert (second.note, second.tags) == ("", ())
    assert second.taken_at.isoformat() == "2025-01-31T12:01:00+01:00"
    assert first.uuid != second.uuid


def test_a_day_is_known_again_whatever_it_says_and_wherever_it_was() -> None:
    (before,), (after,) = read(DAY), read({**DAY, "notes": "x"}, time_zone="Asia/Tokyo")
    assert before.uuid == after.uuid


def test_words_alone_are_enough_and_nothing_is_not() -> None:
    words, nothing = read({**DAY, "scores": []}, {**DAY, "scores": [], "notes": "", "tags": []})
    assert (words.mood, words.note) == (None, "A walk.\nThen rain.")
    assert "a score or notes" in nothing.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"date": "31.1.2025"}, "a date such as"),
        ({"date": "2025-2-30"}, "a date such as"),
        ({"date": None}, "a date such as"),
        ({"date": "1850-1-1"}, "since 1900"),
        ({"date": "2999-1-1"}, "not in the future"),
        ({"scores": [6]}, "scores from 1 to 5"),
        ({"scores": [True]}, "scores from 1 to 5"),
        ({"scores": ["4"]}, "scores from 1 to 5"),
        ({"scores": 4}, "scores from 1 to 5"),
        ({"scores": [3] * 25}, "scores from 1 to 5"),
        ({"notes": 7}, "text in notes"),
        ({"notes": "a\0b"}, "plain text"),
        ({"tags": 5}, "Expected tags"),
        ({"tags": [5]}, "Expected tags"),
        ({"tags": [{"entries": "calm"}]}, "Expected tags"),
        ({"tags": [{"entries": [None]}]}, "Expected tags"),
    ],
)
def test_a_wrong_day_is_told_and_stops_no_other(change: dict[str, Any], reason: str) -> None:
    wrong, right = read({**DAY, **change}, OLD_DAY)
    assert isinstance(wrong, Refusal)
    assert reason in wrong.reason
    assert wrong.place == "day 1"
    assert right.mood == 5


def test_what_is_no_day_is_told() -> None:
    _right, wrong = read(DAY, "x")
    assert "as Pixels writes them" in wrong.reason


def test_a_long_note_is_cut_and_told() -> None:
    (moment,) = read({**DAY, "notes": "x" * 2345})
    assert moment.note.endswith("x…")
    assert "The note has 2345 characters" in moment.remark


@pytest.mark.parametrize("written", [b"\xef\xbb\xbf", b"\n  "])
def test_what_editors_put_before_it_does_not_matter(written: bytes) -> None:
    assert len(read_file(written + json.dumps([DAY], indent=4).encode())) == 1


def test_it_may_be_in_an_archive() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("PIXELS-BACKUP-2025.json", json.dumps([DAY]))
        packed.writestr("__MACOSX/._PIXELS-BACKUP-2025.json", b"\0")
    assert len(read_file(buffer.getvalue())) == 1


def test_days_are_passed_over_by_their_number() -> None:
    (last,) = read_file(json.dumps([{**DAY, "scores": [1, 2]}, OLD_DAY]).encode(), start=2)
    assert last.mood == 5


def test_a_file_that_is_too_large_is_told_the_limit() -> None:
    with pytest.raises(UnreadableError, match="up to 10 MB"):
        open_history(io.BytesIO(b"["), size=MAX_PIXELS_BYTES + 1, time_zone="UTC", moods={})
