"""Jobs that remove what people do not want to keep."""

from django_tasks import task

from accounts.models import User
from emotions.captures import purging, retention


@task()
def purge_trash() -> None:
    """Remove for ever what has been in the trash long enough."""
    purging.purge_trash()


@task()
def forget_old_pictures(person_id: int | None = None) -> None:
    """Forget pictures that are older than their person wants them to be.

    Jobs from before they named a person look at everybody.
    """
    if person_id is None:
        retention.forget_old_pictures()
    elif owner := User.objects.filter(pk=person_id).first():
        retention.forget_old_pictures(owner=owner)
