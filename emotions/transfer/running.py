"""The worker's part of an import: entry after entry, in slices between which other jobs run."""

import logging
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from emotions.captures.storing import KnownTags
from emotions.contributions.syncing import schedule_contribution
from emotions.models import Import
from emotions.pictures.removal import delete_files
from emotions.quotas.errors import ImportedQuotaError
from emotions.quotas.leases import Place, take_place
from emotions.quotas.wording import too_many_imported
from emotions.transfer.importing import Outcome, import_entry
from emotions.transfer.readers import (
    EntryError,
    ParsedEntry,
    Refusal,
    UnreadableError,
    open_history,
)

SLICE_SECONDS = 15.0
SAVE_AFTER = 1.0  # seconds, for entries that change nothing
PLACES_TAKEN_PAUSE = timedelta(seconds=5)
MAX_STALLED = 5
MAX_REFUSALS = 100
"""How many refused entries are kept with their reasons."""
COUNTS = (*map(str, Outcome), "refused")

logger = logging.getLogger(__name__)


class ImportGoneError(Exception):
    """The account was deleted meanwhile, and the import with it."""


def claim(*, import_id: int, attempt: int) -> Import | None:
    """Claim the next piece of work on an import; None where it was done or claimed before.

    Args:
        attempt: how many times work on it had begun when the caller was enqueued.
    """
    waiting = Import.objects.unfinished().filter(pk=import_id, attempts=attempt)
    if not waiting.update(attempts=attempt + 1, state=Import.State.RUNNING):
        return None
    return Import.objects.select_related("owner").get(pk=import_id)


def run_slice(*, job: Import) -> timedelta | None:
    """Bring entries in for some seconds, and return the pause after which to go on.

    None where there is no more to do.
    """
    with taken_places(job) as places, translation.override(job.language):
        if not places:
            return PLACES_TAKEN_PAUSE
        try:
            return bring_in(job, places)
        except (ImportGoneError, IntegrityError, User.DoesNotExist):
            if Import.objects.filter(pk=job.pk).exists():
                raise
            return None


@contextmanager
def taken_places(job: Import) -> Iterator[list[Place]]:
    """Hold the owner's only place for an import, and one of the few of the site; or none."""
    wanted = {f"import:{job.owner_id}": 1, "import": settings.QUOTAS["imports_at_once"]}
    taken: list[Place] = []
    try:
        for key, places in wanted.items():
            if place := take_place(key, places=places):
                taken.append(place)
        yield taken if len(taken) == len(wanted) else []
    finally:
        for place in taken:
            place.release()


def bring_in(job: Import, places: Collection[Place]) -> timedelta | None:
    """Bring entries in for some seconds; return as `run_slice` does."""
    deadline = time.monotonic() + SLICE_SECONDS
    if job.stalled >= MAX_STALLED:
        fail(job, _("Something went wrong on our side each time this file was read."))
        return None
    save(job, stalled=F("stalled") + 1)
    try:
        with job.file.open("rb") as file:
            history = open_history(
                file.file, size=job.size, time_zone=job.time_zone, moods=job.moods
            )
            progress = Progress(job)
            for entry in history.entries(start=job.position):
                for place in places:
                    place.renew()
                if not progress.read(entry):
                    break
                if time.monotonic() > deadline:
                    progress.save()
                    return timedelta()
            else:
                job.complete = True
            progress.save()
    except UnreadableError as error:
        fail(job, str(error))
    except FileNotFoundError:
        fail(job, _("The file is not here any more. Send it again."))
    else:
        finish(job)
    return None


class Progress:
    """What became of the entries so far, written with what they bring."""

    def __init__(self, job: Import) -> None:
        self.job = job
        self.known_tags = KnownTags(job.owner)
        self.saved_at = time.monotonic()

    def read(self, entry: ParsedEntry) -> bool:
        """Bring in one entry, and return whether there may be more."""
        self.job.position += 1
        if isinstance(entry, Refusal):
            self.refuse(entry)
        else:
            try:
                outcome = import_entry(
                    owner=self.job.owner,
                    entry=entry,
                    known_tags=self.known_tags,
                    on_stored=self.count_new,
                )
                if outcome != Outcome.NEW:
                    setattr(self.job, outcome, getattr(self.job, outcome) + 1)
            except EntryError as error:
                self.refuse(Refusal(entry.place, str(error)))
            except ImportedQuotaError:
                self.refuse(Refusal(entry.place, too_many_imported()))
                return False
        if time.monotonic() - self.saved_at > SAVE_AFTER:
            self.save()
        return True

    def count_new(self) -> None:
        self.job.new += 1
        self.save()

    def refuse(self, refusal: Refusal) -> None:
        self.job.refused += 1
        if len(self.job.refusals) < MAX_REFUSALS:
            self.job.refusals.append({"place": refusal.place, "reason": refusal.reason})

    def save(self) -> None:
        """Write how far it is.

        Raises:
            ImportGoneError: the account is gone.
        """
        job = self.job
        counts = {name: getattr(job, name) for name in COUNTS}
        save(job, stalled=0, position=job.position, refusals=job.refusals, **counts)
        self.saved_at = time.monotonic()


def save(job: Import, **columns: Any) -> None:
    """Write columns of an import.

    Raises:
        ImportGoneError: the account is gone.
    """
    if not Import.objects.filter(pk=job.pk).update(**columns):
        raise ImportGoneError


def fail(job: Import, error: str) -> None:
    end(job, Import.State.FAILED, error=error)


def finish(job: Import) -> None:
    end(job, Import.State.FINISHED, complete=job.complete)
    logger.info("history imported", extra={"new": job.new, "refused": job.refused})


@transaction.atomic
def end(job: Import, state: Import.State, **columns: Any) -> None:
    """End an import, whose file is not needed any more."""
    names = [job.file.name] if job.file.name else []
    save(job, state=state, finished_at=timezone.now(), file="", **columns)
    if job.new:
        schedule_contribution(job.owner)
    transaction.on_commit(lambda: delete_files(names))
