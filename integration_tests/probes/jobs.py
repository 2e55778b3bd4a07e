"""Put a job of every kind into the queue of a site, each with something that it has to do."""

import json
import pkgutil
import sys
import uuid
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.utils import timezone

django.setup()

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django_tasks.base import Task

from accounts.models import Consent, User
from emotions.models import (
    Capture,
    Contribution,
    Contributor,
    CorrectionsFile,
    Delivery,
    Detection,
)
from ml.models import ModelVersion

LENDERS = 12
FACE = bytes(48 * 48)
HISTORY = b"full_date,date,weekday,time,mood,activities,note\n2023-05-14,,,14:30,rad,,Imported\n"
UNKNOWN_ADDRESS = "nobody@example.org"
RENAMED = {
    "contribute": "collect_contributions",
    "tidy_corrections": "prune_dataset_files",
    "read_on_trial": "shadow_read",
}
"""Tasks that had another name in earlier checkouts."""


def every_task() -> dict[str, Any]:
    """Return the tasks of all modules `tasks` of this checkout, by the name that they have now."""
    names = [
        module.name
        for app in apps.get_app_configs()
        if Path(app.path).parent == Path.cwd()
        for module in pkgutil.walk_packages([app.path], f"{app.name}.")
        if module.name.endswith(".tasks")
    ]
    found = [vars(import_module(name)).values() for name in sorted(names)]
    tasks = [task for values in found for task in values if isinstance(task, Task)]
    return {RENAMED.get(task.func.__name__, task.func.__name__): task for task in tasks}


def lend_faces(file: Path, version: str) -> int:
    """Have people lend faces, write them into a dataset file, and let one of them take theirs back.

    Their photos are of last week, of which they are enough to be counted in figures of the network.

    Returns:
        How many faces the file has before a job takes that one out.
    """
    now = timezone.now()
    network = ModelVersion.objects.get(active=True)
    shares = dict.fromkeys(("angry", "disgust", "fear", "neutral", "sad", "surprise"), 0.0)
    for number in range(LENDERS):
        person = User.objects.create_user(f"lender{number}@example.org")
        Consent.objects.create(person=person, kind="improve", version=version)
        capture = Capture.objects.create(
            owner=person,
            uuid=uuid.uuid4(),
            sequence=1,
            source="upload",
            taken_at=now,
            time_zone="UTC",
            local_date=now.date(),
            felt="happy",
        )
        Detection.objects.create(
            capture=capture,
            model_version=network,
            **dict.fromkeys(("x", "y"), 0),
            **dict.fromkeys(("width", "height"), 48),
            **{f"p_{emotion}": share for emotion, share in {**shares, "happy": 1.0}.items()},
            emotion="happy",
            confidence=1.0,
            unsure=False,
            is_me=True,
        )
        Contribution.objects.create(
            capture=capture,
            contributor=Contributor.objects.create(person=person),
            felt="happy",
            face=FACE,
        )
    Capture.objects.filter(contribution__face=FACE).update(created_at=now - timedelta(weeks=1))
    call_command("export_corrections", out=file, stdout=sys.stderr)
    Contributor.objects.get(person__email="lender0@example.org").delete()
    return CorrectionsFile.objects.get().faces


def main(
    *,
    friend: str,
    reminder: int,
    trial: int,
    photos: dict[str, str],
    improve: str,
    file: str,
    orphan: str,
) -> dict[str, Any]:
    """Arrange what is to be done, and put the jobs into the queue.

    Args:
        photos: uuids of a friend's captures: `old`, `deleted`, `new`.
        improve: the version of the text that who lends faces agrees to.
        file: the dataset file to write.
        orphan: the name of a photo to store that nothing refers to.
    """
    now = timezone.now()
    faces = lend_faces(Path(file), improve)
    captures = {name: Capture.objects.get(uuid=photo) for name, photo in photos.items()}
    captures["old"].created_at = now - timedelta(days=40)
    captures["old"].save(update_fields=["created_at"])
    captures["deleted"].deleted_at = now - timedelta(days=31)
    captures["deleted"].save(update_fields=["deleted_at"])
    delivery = Delivery.objects.create(
        reminder_id=reminder,
        local_date=datetime.now(UTC).date() + timedelta(days=1),  # that of today has been sent
        due_at=now,
    )
    person = User.objects.get(email=friend)
    arguments: dict[str, list[Any]] = {
        "remove_files": [[default_storage.save(orphan, ContentFile(b"a photo"))]],
        "purge_trash": [],
        "forget_old_pictures": [person.pk],
        "deliver_reminder": [delivery.pk],
        "collect_contributions": [person.pk],
        "prune_dataset_files": [],
        "shadow_read": [captures["new"].pk, trial],
    }
    tasks = every_task()
    effects: dict[str, int] = {"delivery": delivery.pk, "faces": faces}
    if "deliver_letter" in tasks:  # earlier checkouts send letters at once
        letters = apps.get_model("accounts", "Letter").objects
        letter = letters.create(template="account/email/unknown_account", email=UNKNOWN_ADDRESS)
        arguments["deliver_letter"] = [letter.pk]
        effects["letter"] = letter.pk
    if "run_import" in tasks:  # earlier checkouts bring histories in while they are sent
        imports = apps.get_model("emotions", "Import").objects
        name = default_storage.save("imports/history", ContentFile(HISTORY))
        history = imports.create(owner=person, file=name, size=len(HISTORY), time_zone="UTC")
        long_ago = now - timedelta(days=365)
        ended = imports.create(owner=person, size=1, state="finished", finished_at=long_ago)
        arguments |= {"run_import": [history.pk, 0], "forget_imports": []}
        effects |= {"history": history.pk, "ended": ended.pk}
    if "expire_previews" in tasks:  # earlier checkouts ask nothing before they bring histories in
        preview = imports.create(owner=person, size=1, state="ready", finished_at=long_ago)
        arguments["expire_previews"] = []
        effects["preview"] = preview.pk
    if unknown := tasks.keys() ^ arguments.keys():
        sys.exit(f"Expected the tasks {', '.join(arguments)}; differ in {', '.join(unknown)}.")
    for name, task in tasks.items():
        task.enqueue(*arguments[name])
    return effects


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
