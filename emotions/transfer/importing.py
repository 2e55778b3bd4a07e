"""Bringing a history in: each capture whole or not at all, and none twice."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

import numpy as np
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.consents import require_consent
from accounts.models import Consent, User
from common.imaging import images
from common.imaging.geometry import Box
from common.time_zones import day_of
from emotions.captures.editing import is_empty
from emotions.captures.errors import ImportUnderWayError
from emotions.captures.storing import insert_capture
from emotions.contributions.syncing import schedule_contribution
from emotions.models import Capture, Detection
from emotions.pictures import storage
from emotions.pictures.errors import LIMITS
from emotions.pictures.removal import delete_files_on_error
from emotions.transfer.readers import Entry, EntryError, Read, ReadFace, Refused, open_history
from ml import registry
from ml.inference.predictor import Face
from ml.models import ModelVersion

logger = logging.getLogger(__name__)

MOST_TOLD = 100
"""Of the refused, how many are told with their reasons."""
MOST_SECONDS = 300
"""Then the rest has to be sent again, so that nobody keeps the site to themselves."""


class Outcome(StrEnum):
    """What became of one entry."""

    NEW = "new"
    ALREADY_THERE = "already_there"
    DELETED = "deleted"


@dataclass(slots=True)
class Tally:
    """What became of the entries so far.

    Attributes:
        new: brought in.
        already_there: left as they are.
        deleted: in the trash or deleted for ever, and left so.
        refused: not as expected.
        told: the first hundred of those.
        complete: all entries were looked at.
    """

    new: int = 0
    already_there: int = 0
    deleted: int = 0
    refused: int = 0
    told: list[Refused] = field(default_factory=list)
    complete: bool = False

    def count(self, outcome: Outcome) -> None:
        """Add an entry that was not refused."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def refuse(self, refused: Refused) -> None:
        """Add one that was."""
        self.refused += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(refused)


def import_history(
    *, owner: User, file: IO[bytes], size: int, time_zone: str, moods: Mapping[str, int]
) -> Iterator[Tally]:
    """Bring a history in, from our own archive or from Daylio's table.

    What is there already is left alone, so the same file can be sent again. Yields the tally each
    time that it grows, so that whoever waits can be told; the last one is the answer.

    Args:
        file: open to be read in any order; closed when it is done with.
        size: its bytes.
        time_zone: IANA name of the zone of times that do not say theirs.
        moods: the numbers from 1 to 5 of moods that the person named, by their names.

    Raises:
        ImportUnderWayError: another file of theirs is being read.
        UnreadableError: the file is not as expected.
        ConsentRequiredError: there are pictures, and the person has not consented.
    """
    history = open_history(file, size=size, time_zone=time_zone, moods=moods)
    if history.has_pictures:
        require_consent(person=owner, kind=Consent.Kind.USE)
    under_way = f"import:{owner.pk}"
    if not cache.add(under_way, 1, timeout=MOST_SECONDS * 2):
        raise ImportUnderWayError
    tallies = tallied(owner, history.entries(), under_way)
    next(tallies)  # From here on it ends in order, even where nobody listens.
    return tallies


def tallied(owner: User, entries: Iterable[Read], under_way: str) -> Iterator[Tally]:
    """Bring entries in one after the other, and say at the end that none is under way."""
    tally, until = Tally(), time.monotonic() + MOST_SECONDS
    try:
        yield tally
        for entry in entries:
            if time.monotonic() > until:
                break
            if isinstance(entry, Refused):
                tally.refuse(entry)
            else:
                try:
                    tally.count(import_entry(owner=owner, entry=entry))
                except EntryError as error:
                    tally.refuse(Refused(entry.place, str(error)))
            yield tally
        else:
            tally.complete = True
        logger.info("history imported", extra={"new": tally.new, "refused": tally.refused})
        yield tally
    finally:
        cache.delete(under_way)
        if tally.new:
            schedule_contribution(owner)


def import_entry(*, owner: User, entry: Entry) -> Outcome:
    """Bring one moment in, unless it is or was there.

    Raises:
        EntryError: it says nothing, or its pictures cannot be read; nothing was written.
    """
    if earlier := outcome_before(owner, entry):
        return earlier
    capture = capture_of(owner, entry)
    read_pictures = {field: read(entry, field) for field in entry.pictures}
    pixels = {field: picture for field, picture in read_pictures.items() if picture is not None}
    if "photo" in pixels:
        height, width = pixels["photo"].shape[:2]
        if entry.size != (width, height):
            raise EntryError(
                _("photo: expected a picture of width × height pixels, received %(w)d × %(h)d.")
                % {"w": width, "h": height}
            )
        pixels["thumbnail"] = images.thumbnail(pixels["photo"])
    saved = storage.save_pictures(**pixels)
    try:
        with delete_files_on_error(saved.values()):
            store(capture, entry, saved)
    except IntegrityError:
        # The same entry came twice at once and the other one was faster.
        if earlier := outcome_before(owner, entry):
            return earlier
        raise
    return Outcome.NEW


def outcome_before(owner: User, entry: Entry) -> Outcome | None:
    """Return what an entry is already, if it is or was there."""
    found = Capture.objects.filter(owner=owner, uuid=entry.uuid).first()
    if found is None:
        return None
    return Outcome.DELETED if found.deleted_at else Outcome.ALREADY_THERE


def capture_of(owner: User, entry: Entry) -> Capture:
    """Return an entry as a capture that is not stored yet.

    Raises:
        EntryError: it says nothing.
    """
    width, height = entry.size or (None, None)
    capture = Capture(
        owner=owner,
        uuid=entry.uuid,
        source=entry.source,
        taken_at=entry.taken_at,
        time_zone=entry.time_zone,
        local_date=day_of(entry.taken_at, entry.time_zone),
        kept=entry.kept,
        others_blurred=entry.others_blurred,
        width=width,
        height=height,
        clock_of_photo=entry.clock,
        felt=entry.felt,
        mood=entry.mood,
        note=entry.note,
    )
    if is_empty(capture):
        raise EntryError(_("Expected a feeling, a mood or a note where there is no photo."))
    return capture


def read(entry: Entry, field: str) -> np.ndarray | None:
    """Return the pixels of one picture; None where it was gone before it was exported.

    Raises:
        EntryError: it cannot be read.
    """
    data = entry.pictures[field]()
    if not data:
        return None
    side = images.MAX_SIDE if field == "photo" else storage.CROP_SIDE
    try:
        return images.read_image(data, max_side=side)
    except images.ImageError as error:
        raise EntryError(
            _(
                "%(field)s: expected a whole JPEG, PNG or WebP of at most %(megabytes)d MB and "
                "%(megapixels)d megapixels."
            )
            % {"field": field, **LIMITS}
        ) from error


@transaction.atomic
def store(capture: Capture, entry: Entry, pictures: Mapping[str, str]) -> None:
    """Write a capture, its tags and its detections, whole or not at all."""
    detections = (detection_of(face, capture) for face in entry.faces)
    insert_capture(capture, pictures=pictures, tags=entry.tags, detections=detections)


def detection_of(face: ReadFace, capture: Capture) -> Detection:
    """Return a face as a detection that is not stored yet, with the figures of its file."""
    return Detection.from_face(
        Face(Box(*face.box), face.probabilities, face.unsure),
        capture=capture,
        **version_columns(face),
        role=face.role,
        emotion=face.emotion,
        confidence=face.confidence,
        milliseconds=None,
        is_me=face.is_me,
    )


def version_columns(face: ReadFace) -> dict[str, ModelVersion | str]:
    """Return which version read a face, by its name alone where it is not here."""
    if version := registry.version_by_name(face.version):
        return {"model_version": version}
    return {"model_version": registry.placeholder_version(), "version_elsewhere": face.version}
