"""Live a year of hours in every time zone, and see that the days hold them all.

Usage: python -m integration_tests.clocks [ZONE ...]

Each hour of the year is a moment of one person. The days that trends show must have as many as fit
between two midnights there, 23 or 25 where clocks are turned, and together all of them.
"""

import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

YEAR = 2025
# Samoa left a day out when it moved over the date line.
ODD_YEARS = {"Pacific/Apia": 2011, "Pacific/Fakaofo": 2011}
HOUR = 3600


def hours_by_day(zone: str, year: int) -> dict[date, int]:
    """Return how many full hours, counted from New Year, begin on each day of a zone."""
    clock = ZoneInfo(zone)

    def midnight(day: date) -> float:
        return datetime(day.year, day.month, day.day, tzinfo=clock).timestamp()

    start = midnight(date(year, 1, 1))
    counts = {}
    day = date(year, 1, 1)
    while day.year == year:
        following = day + timedelta(days=1)
        begun, ended = (-((start - midnight(edge)) // HOUR) for edge in (day, following))
        counts[day] = int(ended - begun)
        day = following
    return counts


def lived(zone: str, year: int) -> dict[date, int]:
    """Record a moment in each of those hours, for now, and return what trends count by day."""
    from django.db import transaction  # noqa: PLC0415 - needs the site to be set up

    from accounts.models import User  # noqa: PLC0415
    from common.time_zones import day_of  # noqa: PLC0415
    from emotions.insights import trends  # noqa: PLC0415
    from emotions.models import Capture  # noqa: PLC0415

    start = datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moments = (
        start + timedelta(hours=hour) for hour in range(sum(hours_by_day(zone, year).values()))
    )
    with transaction.atomic():
        person = User.objects.create_user(f"{zone.replace('/', '.')}@example.org")
        Capture.objects.bulk_create(
            [
                Capture(
                    owner=person,
                    uuid=uuid.UUID(int=number),
                    sequence=number,
                    source=Capture.Source.MANUAL,
                    taken_at=moment,
                    time_zone=zone,
                    local_date=day_of(moment, zone),
                    mood=3,
                )
                for number, moment in enumerate(moments)
            ],
            batch_size=1000,
        )
        first, last = date(year, 1, 1), date(year, 12, 31)
        periods = trends.load_periods(owner=person, by=trends.Span.DAY, first=first, last=last)
        transaction.set_rollback(True)
    return {period.first: period.captures for period in periods}


def main(zones: list[str]) -> int:
    """Check zones; return how many have a day that is wrong."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    began, moments, odd, wrong = time.monotonic(), 0, 0, 0
    for zone in zones:
        year = ODD_YEARS.get(zone, YEAR)
        expected, counted = hours_by_day(zone, year), lived(zone, year)
        moments += sum(expected.values())
        odd += sum(hours != 24 for hours in expected.values())  # noqa: PLR2004 - of most days
        if counted != expected:
            wrong += 1
            print(f"{zone}: {dict(expected.items() ^ counted.items())}")
    took = time.monotonic() - began
    print(
        f"{len(zones)} zones, {moments:,} moments, {odd} days of 23, 25 or no hours: "
        f"{wrong} zones with a wrong day, {took:.0f} s"
    )
    return wrong


if __name__ == "__main__":
    import os

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "emoplatform.settings",
            "DATABASE_URL": f"sqlite:///{Path(folder)}/clocks.sqlite3",
        }
        sys.exit(main(sys.argv[1:] or sorted(available_timezones() - {"Factory", "localtime"})))
