"""Hours by the clock on the wall: when they come in a zone whose clocks are turned twice a year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def moment_of(day: date, at: time, zone: str) -> datetime:
    """Return the first moment, in UTC, at which the clocks of a zone show an hour of a day.

    An hour that is left out because clocks are turned forward comes when they have been turned;
    one that comes twice because they are turned back is the first of the two.
    """
    wall = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    while not exists(wall):
        wall += MINUTE
    return wall.astimezone(UTC)


def exists(wall: datetime) -> bool:
    """Tell whether clocks ever show this."""
    shown = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return shown.replace(tzinfo=None) == wall.replace(tzinfo=None)


def came_on(at: time, zone: str, *, after: datetime, until: datetime) -> date | None:
    """Return the day in a zone whose hour `at` came after one moment and not after another.

    Args:
        after: at most a day before `until`.
    """
    for moment in (until, after):
        day = moment.astimezone(ZoneInfo(zone)).date()
        if after < moment_of(day, at, zone) <= until:
            return day
    return None
