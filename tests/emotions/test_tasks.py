"""Jobs that the release before left in the queue, by the paths that its tasks had."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from emotions.captures.tasks import forget_old_pictures, purge_trash
from emotions.contributions.tasks import collect_contributions, prune_dataset_files
from emotions.model_quality.tasks import shadow_read
from emotions.pictures.tasks import remove_files
from emotions.reminders.tasks import deliver_reminder
from tests.jobs import run_worker

TASKS = {
    "contribute": collect_contributions,
    "deliver_reminder": deliver_reminder,
    "forget_old_pictures": forget_old_pictures,
    "purge_trash": purge_trash,
    "read_on_trial": shadow_read,
    "remove_files": remove_files,
    "tidy_corrections": prune_dataset_files,
}


@pytest.mark.parametrize(("name", "task"), TASKS.items(), ids=TASKS)
def test_an_old_path_leads_to_the_task(name: str, task: Any) -> None:
    assert import_string(f"emotions.tasks.{name}") is task


@pytest.mark.django_db(transaction=True)
def test_a_stored_job_with_an_old_path_is_done(media: Path) -> None:
    name = default_storage.save("photos/left.jpg", ContentFile(b"left"))
    remove_files.enqueue([name])
    DBTaskResult.objects.update(task_path="emotions.tasks.remove_files")
    run_worker()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert not default_storage.exists(name)
