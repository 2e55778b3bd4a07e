"""Files with a history in them, and how far the worker has brought them in."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from emotions.models.captures import Capture

UNDOABLE_FOR = timedelta(days=30)
PREVIEW_KEPT_FOR = timedelta(days=1)


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports; every query about those of one person begins with `of`."""

    def of(self, owner: User) -> "ImportQuerySet":
        """Return the owner's imports, the latest first."""
        return self.filter(owner=owner).order_by("-created_at", "-pk")

    def unfinished(self) -> "ImportQuerySet":
        """Return those that the worker still has to do with."""
        return self.filter(state__in=Import.UNFINISHED)


class Import(models.Model):
    """One file that a person sent, of which the worker brings in entry after entry."""

    class State(models.TextChoices):
        READING = "reading", _("reading")
        READY = "ready", _("ready to import")
        CANCELLED = "cancelled", _("cancelled")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("importing")
        FINISHED = "finished", _("finished")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("undoing")
        UNDONE = "undone", _("undone")

    UNFINISHED = (State.READING, State.WAITING, State.RUNNING, State.UNDOING)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports"
    )
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    file = models.FileField(blank=True, help_text=_("Deleted once it is not needed any more."))
    size = models.PositiveBigIntegerField(help_text=_("Bytes of the file."))
    time_zone = models.CharField(max_length=64, help_text=_("Of times that do not say theirs."))
    moods = models.JSONField(default=dict, help_text=_("Numbers of moods by the person's names."))
    date_order = models.CharField(
        max_length=12,
        blank=True,
        db_default="",
        help_text=_("Whether the day or the month stands first in dates; else as guessed."),
    )
    update = models.BooleanField(
        default=False, db_default=False, help_text=_("Whether what has changed in it is updated.")
    )
    preview = models.JSONField(
        null=True, blank=True, help_text=_("What is in it, before any of it comes in.")
    )
    language = models.CharField(max_length=8, help_text=_("Of the reasons why entries failed."))
    attempts = models.PositiveIntegerField(default=0, help_text=_("How often work on it began."))
    stalled = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often it began since anything was read.")
    )
    position = models.PositiveIntegerField(default=0, help_text=_("How many entries were read."))
    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0, db_default=0)
    already_there = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=list, help_text=_("Place and reason of the first ones."))
    undone = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Moments that are gone again.")
    )
    trashed = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Those in the trash, because they had changed.")
    )
    reverted = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Moments that are again as they were before it.")
    )
    complete = models.BooleanField(default=False, help_text=_("Whether it was read to its end."))
    error = models.TextField(blank=True, help_text=_("Why it failed, for its person."))
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def undo_until(self) -> datetime | None:
        """The moment until which it can be undone; None where there is nothing to undo."""
        ended = self.state in (self.State.FINISHED, self.State.FAILED) and self.finished_at
        left = self.new + self.updated > self.undone + self.trashed + self.reverted
        return ended + UNDOABLE_FOR if ended and left else None

    @property
    def kept_until(self) -> datetime | None:
        """The moment at which its preview expires; None where it waits for nobody's word."""
        ready = self.state == self.State.READY and self.finished_at
        return ready + PREVIEW_KEPT_FOR if ready else None


class ImportedMoment(models.Model):
    """A capture that an import brought or updated, as long as the import can be undone.

    Where that was done, it stays, to tell a capture that may come again from one that its person
    deleted for ever.
    """

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="moments")
    capture = models.ForeignKey(Capture, on_delete=models.CASCADE, related_name="imported")
    sequence = models.BigIntegerField(
        help_text=_("The capture's when it came: with another one it has changed since.")
    )
    retagged = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Whether one of its tags was renamed, merged or deleted since."),
    )
    undone = models.BooleanField(default=False)
    before = models.JSONField(
        null=True, help_text=_("What it said before it was updated; null where it came.")
    )

    def __str__(self) -> str:
        return f"{self.job_id}: {self.capture_id}"
