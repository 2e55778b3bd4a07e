"""The worker's part of an import: batch after batch, in slices between which other jobs run."""

import logging
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
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
from emotions.tags.services import mark_tags
from emotions.transfer.importing import Result, import_entries
from emotions.transfer.open_files import close_file, open_file
from emotions.transfer.previewing import Preview, batched
from emotions.transfer.readers import (
    DateOrder,
    HistoryReader,
    ParsedEntry,
    Refusal,
    UnreadableError,
    open_history,
)
from emotions.transfer.taking_back import take_back

SLICE_SECONDS = 15.0
BATCH = 200
"""How many entries are looked at, brought in or taken back in one transaction."""
PLACES_TAKEN_PAUSE = timedelta(seconds=5)
MAX_STALLED = 5
MAX_REFUSALS = 100
"""How many refused entries are kept with their reasons."""
COUNTS = ("new", "updated", "already_there", "deleted", "refused")

logger = logging.getLogger(__name__)


class ImportGoneError(Exception):
    """The account was deleted meanwhile, and the import with it."""


def claim(*, import_id: int, attempt: int) -> Import | None:
    """Claim the next piece of work on an import; None where it was done or claimed before.

    Args:
        attempt: how many times work on it had begun when the caller was enqueued.
    """
    waiting = Import.objects.unfinished().filter(pk=import_id, attempts=attempt)
    if not waiting.update(attempts=attempt + 1):
        return None
    return Import.objects.select_related("owner").get(pk=import_id)


def run_slice(*, job: Import) -> timedelta | None:
    """Look through a file, bring it in, or undo that, for some seconds.

    Returns the pause after which to go on, or None where there is no more to do.
    """
    with taken_places(job) as places, translation.override(job.language):
        if not places:
            return PLACES_TAKEN_PAUSE
        work = WORK.get(Import.State(job.state), bring_in)
        more = False
        try:
            if job.stalled >= MAX_STALLED:
                end(
                    job,
                    Import.State.FAILED,
                    error=_("Something went wrong on our side each time we tried."),
                )
                return None
            save(job, stalled=F("stalled") + 1)
            until = time.monotonic() + SLICE_SECONDS
            more = work(job, places, until)
        except (ImportGoneError, IntegrityError, User.DoesNotExist):
            if Import.objects.filter(pk=job.pk).exists():
                raise
        finally:
            if not more:
                close_file(str(job.file.name))
        return timedelta() if more else None


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


def bring_in(job: Import, places: Collection[Place], until: float) -> bool:
    """Bring entries in, and return whether there is more to do.

    Args:
        until: by the monotonic clock.
    """
    save(job, state=Import.State.RUNNING)
    progress = Progress(job)
    try:
        history = open_job(job)
        with closing(history.entries(start=job.position)) as entries:
            for batch in batched(entries, BATCH):
                for place in places:
                    place.renew()
                if not progress.read(batch):
                    break
                if time.monotonic() > until:
                    return True
            else:
                job.complete = True
        mark_tags(owner=job.owner, marks=history.tag_marks())
    except (UnreadableError, FileNotFoundError) as error:
        fail(job, error)
    else:
        end(job, Import.State.FINISHED, complete=job.complete)
        logger.info("history imported", extra={"new": job.new, "refused": job.refused})
    return False


def look_through(job: Import, places: Collection[Place], until: float) -> bool:
    """Look at what is in a file, and return whether there is more to do; nothing comes in.

    Args:
        until: by the monotonic clock.
    """
    try:
        history = open_job(job)
        preview = Preview(job, history)
        with closing(history.entries(start=job.position)) as entries:
            for batch in batched(entries, BATCH):
                for place in places:
                    place.renew()
                preview.add(batch)
                job.position += len(batch)
                save(job, stalled=0, position=job.position, preview=preview.report)
                if time.monotonic() > until:
                    return True
        preview.finish()
    except (UnreadableError, FileNotFoundError) as error:
        fail(job, error)
    else:
        job.state = Import.State.READY
        save(
            job,
            state=job.state,
            preview=preview.report,
            position=0,
            stalled=0,
            finished_at=timezone.now(),
        )
    return False


def open_job(job: Import) -> HistoryReader:
    """Return the reader of an import's file, with what its person chose.

    Raises:
        FileNotFoundError: it is not there any more.
        UnreadableError: it is damaged.
    """
    return open_history(
        open_file(job),
        size=job.size,
        time_zone=job.time_zone,
        moods=job.moods,
        date_order=DateOrder(job.date_order) if job.date_order else None,
    )


def fail(job: Import, error: Exception) -> None:
    gone = _("The file is no longer here. Upload it again.")
    end(job, Import.State.FAILED, error=str(error) if isinstance(error, UnreadableError) else gone)


def undo(job: Import, places: Collection[Place], until: float) -> bool:
    """Take back what an import brought, and return whether there is more to do.

    Args:
        until: by the monotonic clock.
    """
    known_tags = KnownTags(job.owner)
    moments = job.moments.filter(undone=False).order_by("-pk")
    last = None
    while batch := list((moments.filter(pk__lt=last) if last else moments)[:BATCH]):
        last = batch[-1].pk
        for place in places:
            place.renew()
        take_back(batch, owner=job.owner, known_tags=known_tags, on_done=partial(count, job))
        if time.monotonic() > until:
            return True
    end(job, Import.State.UNDONE)
    logger.info("import undone", extra={"undone": job.undone, "trashed": job.trashed})
    return False


WORK = {Import.State.READING: look_through, Import.State.UNDOING: undo}


def count(job: Import, counts: Counter[str]) -> None:
    """Count moments, inside the transaction that changes them."""
    for column, number in counts.items():
        setattr(job, column, getattr(job, column) + number)
    save(job, stalled=0, **{column: getattr(job, column) for column in counts})


class Progress:
    """What became of the entries so far, written with what they bring."""

    def __init__(self, job: Import) -> None:
        self.job = job
        self.known_tags = KnownTags(job.owner)

    def read(self, entries: Sequence[ParsedEntry]) -> bool:
        """Bring in some entries, and return whether there may be more."""
        while entries:
            try:
                done = import_entries(
                    job=self.job, entries=entries, known_tags=self.known_tags, on_read=self.count
                )
            except ImportedQuotaError:
                self.count([Refusal(entries[0].place, too_many_imported())])
                return False
            entries = entries[done:]
        return True

    def count(self, results: Sequence[Result]) -> None:
        """Count what became of entries.

        Raises:
            ImportGoneError: the account is gone.
        """
        job = self.job
        job.position += len(results)
        for result in results:
            if isinstance(result, Refusal):
                self.refuse(result)
            else:
                setattr(job, result, getattr(job, result) + 1)
        counts = {name: getattr(job, name) for name in COUNTS}
        save(job, stalled=0, position=job.position, refusals=job.refusals, **counts)

    def refuse(self, refusal: Refusal) -> None:
        self.job.refused += 1
        is_new = not (
            refusal.mood and any(r["reason"] == refusal.reason for r in self.job.refusals)
        )
        if is_new and len(self.job.refusals) < MAX_REFUSALS:
            self.job.refusals.append({"place": refusal.place, "reason": refusal.reason})


def save(job: Import, **columns: Any) -> None:
    """Write columns of an import.

    Raises:
        ImportGoneError: the account is gone.
    """
    if not Import.objects.filter(pk=job.pk).update(**columns):
        raise ImportGoneError


@transaction.atomic
def end(job: Import, state: Import.State, **columns: Any) -> None:
    """End work on an import, whose file is not needed any more."""
    names = [job.file.name] if job.file.name else []
    save(job, state=state, finished_at=timezone.now(), file="", **columns)
    if state == Import.State.FINISHED and (job.new or job.updated):
        schedule_contribution(job.owner)
    transaction.on_commit(lambda: delete_files(names))
