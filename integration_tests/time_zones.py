"""Record a moment in every hour of a year in every time zone, and check the counts of each day.

Usage: python -m integration_tests.time_zones [ZONE ...]

The days of trends must have as many moments as there are hours between two midnights in that zone,
23 or 25 where clocks change, and all moments together.
"""

import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

YEAR = 2025
# Samoa skipped a day when it moved across the date line.
ODD_YEARS = {"Pacific/Apia": 2011, "Pacific/Fakaofo": 2011}
HOUR = 3600


def hours_by_day(zone: str, year: int) -> dict[date, int]:
    """Return how many hours, counted from New Year, begin on each day in a zone."""
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


def moments_by_day(zone: str, year: int) -> dict[date, int]:
    """Record a moment in each of those hours, and return the counts of trends by day."""
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
    """Check time zones, and return how many have a wrong day."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    began, moments, odd, wrong = time.monotonic(), 0, 0, 0
    for zone in zones:
        year = ODD_YEARS.get(zone, YEAR)
        expected, counted = hours_by_day(zone, year), moments_by_day(zone, year)
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
            "DATABASE_URL": f"sqlite:///{Path(folder)}/time_zones.sqlite3",
        }
        sys.exit(main(sys.argv[1:] or sorted(available_timezones() - {"Factory", "localtime"})))
