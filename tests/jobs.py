"""Run queued jobs inside the test's own transaction."""

from django_tasks_db.models import DBTaskResult


def run_jobs() -> None:
    """Run every job that is due, and those that these enqueue."""
    while job := DBTaskResult.objects.ready().first():
        arguments = job.args_kwargs
        job.delete()
        job.task.call(*arguments["args"], **arguments["kwargs"])
