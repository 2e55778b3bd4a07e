"""Background jobs that deliver reminders."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from emotions.reminders.delivery import NothingSentError, deliver

RETRY_REMINDER_AFTER = timedelta(minutes=5)


@task()
def deliver_reminder(delivery_id: int) -> None:
    """Deliver one reminder; where nothing could be sent, try again until it is too late."""
    try:
        deliver(delivery_id=delivery_id)
    except NothingSentError:
        later = timezone.now() + RETRY_REMINDER_AFTER
        deliver_reminder.using(run_after=later).enqueue(delivery_id)
