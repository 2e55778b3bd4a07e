"""The history as one page that a browser opens from disk: no script, nothing from elsewhere."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import get_template, render_to_string

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.moods import answer_of
from emotions.captures.wording import MOODS, headline
from emotions.models import Capture, Feeling

AT_ONCE = 500  # captures that are read from the database together
DAYS = "<!-- days -->"


def page_of(owner: User) -> Iterator[bytes]:
    """Yield the page a day at a time, the newest first."""
    before, after = render_to_string("export/index.html", {"owner": owner, "days": DAYS}).split(
        DAYS
    )
    yield before.encode()
    day = get_template("export/day.html")
    newest_first = selectors.history(owner=owner).order_by("-local_date", "-taken_at", "-id")
    captures = newest_first.iterator(chunk_size=AT_ONCE)
    for date, of_day in groupby(captures, key=lambda capture: capture.local_date):
        yield day.render({"date": date, "moments": map(moment, of_day)}).encode()
    yield after.encode()


def moment(capture: Capture) -> dict[str, Any]:
    """Return what the page tells of one capture."""
    answer = answer_of(capture)
    return {
        "time": f"{capture.taken_at.astimezone(ZoneInfo(capture.time_zone)):%H:%M}",
        "time_zone": capture.time_zone,
        "looked": headline(answer) if answer else "",
        "felt": Feeling(capture.felt).label if capture.felt else "",
        "mood": dict(MOODS).get(str(capture.mood), ""),
        "note": capture.note,
        "tags": sorted(tag.name for tag in capture.tags.all()),
        "picture": next(iter(picture_entries(capture).values()), ""),
    }


def picture_entries(capture: Capture) -> dict[str, str]:
    """Return where in the archive the pictures of a capture are, by field."""
    return {
        field: f"pictures/{capture.uuid}-{field}.jpg"
        for field in ("photo", "crop")
        if getattr(capture, field)
    }
