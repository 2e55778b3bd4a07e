"""Hours by the clock on the wall, on ordinary days and when clocks are turned."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from common.time_zones import due_day, find_zone, resolve_wall_time

HALF_PAST_TWO = time(2, 30)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment"),
    [
        ("UTC", date(2026, 3, 14), time(20), "2026-03-14T20:00"),
        ("Europe/Berlin", date(2026, 3, 14), time(20), "2026-03-14T19:00"),
        ("Europe/Berlin", date(2026, 7, 14), time(20), "2026-07-14T18:00"),
        ("Asia/Kathmandu", date(2026, 3, 14), time(20), "2026-03-14T14:15"),
        # 2:00 becomes 3:00: what is left out comes at 3:00.
        ("Europe/Berlin", date(2026, 3, 29), time(1, 59), "2026-03-29T00:59"),
        ("Europe/Berlin", date(2026, 3, 29), time(2), "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), HALF_PAST_TWO, "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(3), "2026-03-29T01:00"),
        ("America/New_York", date(2026, 3, 8), HALF_PAST_TWO, "2026-03-08T07:00"),
        # 2:00 becomes 2:30 on an island that turns its clocks by half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), "2026-10-03T15:30"),
        # 3:00 becomes 2:00: what comes twice comes the first time.
        ("Europe/Berlin", date(2026, 10, 25), HALF_PAST_TWO, "2026-10-25T00:30"),
        ("Europe/Berlin", date(2026, 10, 25), time(3), "2026-10-25T02:00"),
    ],
)
def test_an_hour_is_the_first_moment_at_which_the_clocks_show_it(
    zone: str, day: date, at: time, moment: str
) -> None:
    assert resolve_wall_time(day, at, zone) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_an_hour_came_once_within_each_window_that_has_its_moment() -> None:
    eight = datetime(2026, 3, 14, 20, tzinfo=UTC)
    for until, day in (
        (eight - timedelta(seconds=1), None),
        (eight, eight.date()),
        (eight + HOUR - timedelta(seconds=1), eight.date()),
        (eight + HOUR, None),
    ):
        assert due_day(time(20), "UTC", after=until - HOUR, until=until) == day


def test_an_hour_before_midnight_belongs_to_the_day_that_has_just_gone() -> None:
    until = datetime(2026, 3, 15, 0, 20, tzinfo=UTC)
    assert due_day(time(23, 50), "UTC", after=until - HOUR, until=until) == date(2026, 3, 14)
    assert due_day(time(0, 10), "UTC", after=until - HOUR, until=until) == date(2026, 3, 15)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        (" new  york ", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("utc", "UTC"),
        ("US/Pacific", "US/Pacific"),
        ("Mars/Olympus", None),
        ("", None),
        ("Louisville", None),  # America/Louisville and America/Kentucky/Louisville
    ],
)
def test_a_time_zone_is_found_by_its_name_or_its_city(text: str, zone: str | None) -> None:
    assert find_zone(text) == zone
