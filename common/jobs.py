"""Jobs in the queue."""

from typing import Any

from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult


def delete_jobs(task: "Task[Any, Any]", *args: Any) -> None:
    """Delete the jobs of a task with these arguments, those that ended too; not running ones."""
    jobs = DBTaskResult.objects.exclude(status=TaskResultStatus.RUNNING)
    jobs.filter(task_path=task.module_path, args_kwargs__args=list(args)).delete()
