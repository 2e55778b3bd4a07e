"""Report which kinds of jobs have had their effect on a site, and the state of its queue."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import django
import numpy as np

django.setup()

from django.apps import apps
from django.core.files.storage import default_storage
from django_tasks_db.models import DBTaskResult

from emotions.models import Capture, Contribution, Delivery, Detection


def main(
    *,
    delivery: int,
    photos: dict[str, str],
    file: str,
    faces: int,
    orphan: str,
    letter: int | None = None,
    history: int | None = None,
    ended: int | None = None,
    preview: int | None = None,
) -> dict[str, Any]:
    """Return which kinds of jobs have had their effect, and how the queue stands.

    Args:
        delivery: of the reminder that waits to be sent.
        photos: uuids of captures: `old`, `deleted`, `new`.
        file: a dataset file that faces were taken back from.
        faces: how many it had before.
        orphan: the name of a stored photo that nothing refers to.
        letter: an email in the queue; None of checkouts that queue none.
        history, ended: an import to do, which fails where a backup brought it, without its file,
            and one that ended long ago; None of checkouts without.
        preview: an import that nobody has decided about for long; None of checkouts without.
    """
    captures = {name: Capture.objects.get(uuid=photo) for name, photo in photos.items()}
    kept = {
        name: bool(capture.photo or capture.crop or capture.thumbnail)
        for name, capture in captures.items()
    }
    with np.load(Path(file)) as dataset:
        left = len(dataset["labels"])
    done = {
        "remove_files": not default_storage.exists(orphan),
        "purge_trash": captures["deleted"].purged_at is not None and not kept["deleted"],
        "forget_old_pictures": captures["old"].kept == "nothing" and not kept["old"],
        "deliver_reminder": Delivery.objects.get(pk=delivery).sent_at is not None,
        "collect_contributions": Contribution.objects.filter(capture=captures["new"]).exists(),
        "prune_dataset_files": left == faces - 1,
        "shadow_read": Detection.objects.filter(capture=captures["new"], role="shadow").exists(),
    }
    if letter is not None:
        letters = apps.get_model("accounts", "Letter").objects
        done["deliver_letter"] = not letters.filter(pk=letter).exists()
    if history is not None:
        imports = apps.get_model("emotions", "Import").objects
        done["run_import"] = not imports.get(pk=history).is_unfinished
        done["forget_imports"] = not imports.filter(pk=ended).exists()
    if preview is not None:
        imports = apps.get_model("emotions", "Import").objects
        done["expire_previews"] = imports.get(pk=preview).state == "cancelled"
    failed = DBTaskResult.objects.filter(status="FAILED")
    return {
        "done": done,
        "due": DBTaskResult.objects.ready().count()
        + DBTaskResult.objects.filter(status="RUNNING").count(),
        "statuses": dict(Counter(DBTaskResult.objects.values_list("status", flat=True))),
        "failed": [f"{job.task_path}: {job.traceback.strip()[-300:]}" for job in failed],
    }


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
