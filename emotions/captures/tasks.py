"""Jobs that remove captures and pictures when their time is up."""

from django_tasks import task

from accounts.models import User
from emotions.captures import purging, retention


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
