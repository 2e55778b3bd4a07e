"""Files with histories, and the jobs that bring them in and undo that."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from emotions.models import Import
from emotions.transfer import uploads
from emotions.transfer.choosing import Choices, confirm_import
from emotions.transfer.undoing import undo_import
from tests.emotions.api.transfer.histories import MOMENT, packed
from tests.jobs import run_jobs

HEADER = "full_date,date,weekday,time,mood,activities,scales,note_title,note"


def archive(number: int, **fields: Any) -> bytes:
    moments = ({**MOMENT, **fields, "uuid": str(UUID(int=n + 1))} for n in range(number))
    return packed(*moments)


def table(number: int, note: str = "alpha", tag: str = "work") -> bytes:
    rows = (
        f'2026-01-{n % 28 + 1:02},x,x,{n // 28:02}:00,good,"rain | {tag} {n}",,,{note}'
        for n in range(number)
    )
    return "\n".join([HEADER, *rows]).encode()


def sent(owner: User, data: bytes, *, update: bool = False) -> Import:
    """Send a file, of which the next job brings entries in."""
    job = uploads.start_import(
        owner=owner,
        upload=SimpleUploadedFile("x", data),
        time_zone="UTC",
        moods={},
        preview=update,
    )
    if update:
        run_jobs()
        choices = Choices(time_zone="UTC", date_order="", moods={})
        confirm_import(job=job, choices=choices, update=True)
    return job


def brought_in(owner: User, data: bytes, *, update: bool = False) -> Import:
    job = sent(owner, data, update=update)
    run_jobs()
    job.refresh_from_db()
    return job


def undone(job: Import) -> Import:
    undo_import(job=job)
    run_jobs()
    job.refresh_from_db()
    return job
