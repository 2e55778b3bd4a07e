"""Run queued jobs inside the test's own transaction."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from emotions.models import Lease


def run_jobs() -> None:
    """Run every job that is due, and those that these enqueue."""
    while job := DBTaskResult.objects.ready().first():
        arguments = job.args_kwargs
        job.delete()
        job.task.call(*arguments["args"], **arguments["kwargs"])


def pass_time(by: timedelta) -> None:
    """Let jobs come due and places lapse, as if time had passed."""
    soon = DBTaskResult.objects.filter(run_after__lte=timezone.now() + by)
    soon.update(run_after=F("run_after") - by)
    Lease.objects.update(expires_at=F("expires_at") - by)
