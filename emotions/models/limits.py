"""How much a capture may say, and of when."""

from datetime import UTC, datetime, timedelta

MAX_NOTE_LENGTH = 2000
MAX_TAG_LENGTH = 40
MAX_TAGS = 20
EARLIEST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
MAX_CLOCK_SKEW = timedelta(days=1)
"""How far the clock of a device may be ahead."""
