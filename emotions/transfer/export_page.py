"""The exported history as one HTML page that opens offline, without scripts or other files."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import get_template, render_to_string

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.moods import answer_of
from emotions.captures.wording import MOODS, headline
from emotions.models import Capture, Feeling

CHUNK_SIZE = 500  # captures fetched from the database at a time
DAYS_PLACEHOLDER = "<!-- days -->"


def render_page(owner: User) -> Iterator[bytes]:
    """Yield the page day by day, newest first."""
    style = render_to_string("export/style.css")
    context = {"owner": owner, "days": DAYS_PLACEHOLDER, "style": style, "policy": policy(style)}
    before, after = render_to_string("export/index.html", context).split(DAYS_PLACEHOLDER)
    yield before.encode()
    template = get_template("export/day.html")
    newest_first = selectors.history(owner=owner).order_by("-local_date", "-taken_at", "-id")
    captures = newest_first.iterator(chunk_size=CHUNK_SIZE)
    for date, group in groupby(captures, key=lambda capture: capture.local_date):
        yield template.render({"date": date, "moments": map(moment_context, group)}).encode()
    yield after.encode()


def policy(style: str) -> str:
    """Return a Content-Security-Policy that allows this style sheet and the pictures alone.

    `file:` is for browsers in which a page that is opened from a disk is not of its own origin.
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' file:; "
        "base-uri 'none'; form-action 'none'"
    )


def moment_context(capture: Capture) -> dict[str, Any]:
    answer = answer_of(capture)
    return {
        "time": f"{capture.taken_at.astimezone(ZoneInfo(capture.time_zone)):%H:%M}",
        "time_zone": capture.time_zone,
        "headline": headline(answer) if answer else "",
        "felt": Feeling(capture.felt).label if capture.felt else "",
        "mood": dict(MOODS).get(str(capture.mood), ""),
        "note": capture.note,
        "tags": capture.tag_names,
        "picture": next(iter(picture_paths(capture).values()), ""),
    }


def picture_paths(capture: Capture) -> dict[str, str]:
    """Return the paths of a capture's pictures in the archive, by field."""
    return {
        field: f"pictures/{capture.uuid}-{field}.jpg"
        for field in ("photo", "crop")
        if getattr(capture, field)
    }
