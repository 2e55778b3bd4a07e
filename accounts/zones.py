"""The time zones that people can live in."""

from zoneinfo import available_timezones

KNOWN_ZONES = frozenset(available_timezones())
