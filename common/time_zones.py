"""The time zones that people live in: their days, and their hours when clocks are turned."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

KNOWN_ZONES = frozenset(available_timezones())
MINUTE = timedelta(minutes=1)


def day_of(moment: datetime, zone: str) -> date:
    """Return the date on the clocks of a zone at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def today_in(zone: str) -> date:
    """Return the date that it is now in a zone."""
    return timezone.localdate(timezone=ZoneInfo(zone))


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
