"""Jobs that remove captures and pictures when their time is up."""

from datetime import timedelta

from django_tasks import task

from accounts.models import User
from emotions.captures import purging, retention
from emotions.models import Capture
from emotions.preferences.selectors import get_preferences

MARGIN = timedelta(minutes=1)
"""Jobs run this much later than they could, so that clocks that differ do no harm."""


@task()
def purge_trash() -> None:
    purging.purge_trash()


@task()
def forget_old_pictures(person_id: int | None = None) -> None:
    """Remove pictures that are older than their owner wants them to be.

    Args:
        person_id: whose pictures; jobs of earlier releases have none and mean everybody.
    """
    if person_id is None:
        retention.forget_old_pictures()
    elif owner := User.objects.filter(pk=person_id).first():
        retention.forget_old_pictures(owner=owner)


def schedule_retention(capture: Capture) -> None:
    """Have a job look when a new capture's pictures will be too old, if its owner wants that."""
    days = get_preferences(owner=capture.owner).pictures_kept_for
    if days:
        due = capture.created_at + timedelta(days=days) + MARGIN
        forget_old_pictures.using(run_after=due).enqueue(capture.owner_id)
