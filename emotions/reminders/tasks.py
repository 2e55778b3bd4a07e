"""Jobs that send reminders."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

RETRY_REMINDER_AFTER = timedelta(minutes=5)


@task()
def deliver_reminder(delivery_id: int) -> None:
    """Send one reminder; where nothing could leave the house, try again until it is too late."""
    from emotions.reminders import delivery  # noqa: PLC0415 - services hand jobs to this module

    try:
        delivery.deliver(delivery_id=delivery_id)
    except delivery.NothingLeftError:
        later = timezone.now() + RETRY_REMINDER_AFTER
        deliver_reminder.using(run_after=later).enqueue(delivery_id)
