"""The jobs that wait for a worker, done here and now, inside the test's own transaction."""

from django_tasks_db.models import DBTaskResult


def work() -> None:
    """Do every job that is due, also those that others leave behind."""
    while job := DBTaskResult.objects.ready().first():
        arguments = job.args_kwargs
        job.delete()
        job.task.call(*arguments["args"], **arguments["kwargs"])
