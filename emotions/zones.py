"""The time zones that people live in, and the days of their moments."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.zones import KNOWN_ZONES


def zone_of(request: HttpRequest, person: User) -> str:
    """Return the zone that the browser names in its cookie, else the one of the profile."""
    named = request.COOKIES.get("time_zone", "")
    return named if named in KNOWN_ZONES else person.time_zone


def day_of(moment: datetime, zone: str) -> date:
    """Return the date on the clocks of a zone at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def today_in(zone: str) -> date:
    """Return the date that it is now in a zone."""
    return timezone.localdate(timezone=ZoneInfo(zone))
