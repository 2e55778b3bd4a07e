"""The paths of tasks in jobs that an earlier release stored in the queue.

Some jobs wait for long: pictures are forgotten up to a year after they were recorded.
"""

from emotions.captures.tasks import forget_old_pictures, purge_trash
from emotions.contributions.tasks import collect_contributions as contribute
from emotions.contributions.tasks import prune_dataset_files as tidy_corrections
from emotions.model_quality.tasks import shadow_read as read_on_trial
from emotions.pictures.tasks import remove_files
from emotions.reminders.tasks import deliver_reminder

__all__ = [
    "contribute",
    "deliver_reminder",
    "forget_old_pictures",
    "purge_trash",
    "read_on_trial",
    "remove_files",
    "tidy_corrections",
]
