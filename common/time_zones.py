"""Local days and hours in time zones, also where daylight saving time begins or ends."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

KNOWN_ZONES = frozenset(available_timezones())
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
"""The first parts of the names of places; other names are old spellings and fixed offsets."""
ZONES_OF_PLACES = tuple(
    sorted(
        name for name in KNOWN_ZONES if name.startswith(tuple(f"{region}/" for region in REGIONS))
    )
)
"""What people choose from, beside UTC."""
MINUTE = timedelta(minutes=1)


def find_zone(text: str) -> str | None:
    """Return the time zone that people mean by its name or by a city alone, in any spelling.

    None if there is none, or if there are several cities of that name.
    """
    wanted = "_".join(text.replace("_", " ").casefold().split())
    exact = [name for name in KNOWN_ZONES if name.casefold() == wanted]
    cities = [name for name in ZONES_OF_PLACES if name.rpartition("/")[2].casefold() == wanted]
    found = exact or cities
    return found[0] if len(found) == 1 else None


def day_of(moment: datetime, zone: str) -> date:
    """Return the local date of a moment in a time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def today_in(zone: str) -> date:
    """Return the current date in a time zone."""
    return timezone.localdate(timezone=ZoneInfo(zone))


def resolve_wall_time(day: date, at: time, zone: str) -> datetime:
    """Return the moment, in UTC, at which the clocks of a zone show a time of day.

    A time that is skipped when clocks are set forward is taken to be the end of the gap. Of a time
    that occurs twice when they are set back, the first is returned.
    """
    wall = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    while not wall_time_exists(wall):
        wall += MINUTE
    return wall.astimezone(UTC)


def wall_time_exists(wall: datetime) -> bool:
    """Tell whether clocks ever show this time: it is not skipped when they are set forward."""
    shown = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return shown.replace(tzinfo=None) == wall.replace(tzinfo=None)


def due_day(at: time, zone: str, *, after: datetime, until: datetime) -> date | None:
    """Return the day on which the clocks showed `at` between two moments, or None.

    Args:
        after: exclusive; at most a day before `until`.
        until: inclusive.
    """
    for moment in (until, after):
        day = moment.astimezone(ZoneInfo(zone)).date()
        if after < resolve_wall_time(day, at, zone) <= until:
            return day
    return None
