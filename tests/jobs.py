"""Run queued jobs in the process of the test."""

import signal
from datetime import timedelta

from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from emotions.models import Lease


def run_jobs() -> None:
    """Run every job that is due, and those that these enqueue, inside the test's transaction."""
    while job := DBTaskResult.objects.ready().first():
        arguments = job.args_kwargs
        job.delete()
        job.task.call(*arguments["args"], **arguments["kwargs"])


def run_worker() -> None:
    """Let a worker run every job that is due.

    Its signal handlers would outlive it, and end the process of the tests in their own way.
    """
    handlers = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
    }
    try:
        call_command("db_worker", batch=True, interval=0, reload=False, verbosity=0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def pass_time(by: timedelta) -> None:
    """Let jobs come due and places lapse, as if time had passed."""
    soon = DBTaskResult.objects.filter(run_after__lte=timezone.now() + by)
    soon.update(run_after=F("run_after") - by)
    Lease.objects.update(expires_at=F("expires_at") - by)
