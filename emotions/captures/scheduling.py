"""Jobs that have to run when a capture reaches a certain age."""

from datetime import timedelta

from emotions.captures import tasks
from emotions.models import Capture
from emotions.preferences.selectors import get_preferences

MARGIN = timedelta(minutes=1)
"""Jobs run this much later than they could, so that clocks that differ do no harm."""


def schedule_retention(capture: Capture) -> None:
    """Have a job look when a new capture's pictures will be too old, if its owner wants that."""
    days = get_preferences(owner=capture.owner).pictures_kept_for
    if days:
        due = capture.created_at + timedelta(days=days) + MARGIN
        tasks.forget_old_pictures.using(run_after=due).enqueue(capture.owner_id)
