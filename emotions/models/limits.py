"""How much a capture may say, and of when."""

from datetime import UTC, date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_REQUEST_BYTES = 40 * 1024 * 1024
"""Well above the largest photo, so that slightly larger ones still get an error about photos."""

MAX_NOTE_LENGTH = 2000
MAX_TAG_LENGTH = 40
MAX_TAGS = 20
MAX_FACES = 500
MAX_SIGN_LENGTH = 16
"""In code points: an emoji of a family of four with skin tones has eleven."""
EARLIEST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
FIRST_DAY = EARLIEST_MOMENT.date() - timedelta(days=1)
"""The day of the earliest moment in zones west of Greenwich."""
LAST_DAY = date(2199, 12, 31)
"""Weeks and months around it are still dates that Python knows."""
MAX_CLOCK_SKEW = timedelta(days=1)
"""How far the clock of a device may be ahead."""


def validate_day(day: date) -> None:
    """Refuse days on which nothing can have happened, and next to which there may be no others.

    Raises:
        ValidationError: it says which years are expected.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(
            _("Choose a day from the years %(first)d to %(last)d."),
            code="day_out_of_range",
            params={"first": EARLIEST_MOMENT.year, "last": LAST_DAY.year},
        )
