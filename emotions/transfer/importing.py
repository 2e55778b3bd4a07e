"""Import of one entry of a history: whole or not at all, and never twice."""

from collections.abc import Callable

import numpy as np
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.consents import has_consent
from accounts.models import Consent, User
from common.imaging import images
from common.imaging.geometry import Box
from common.time_zones import day_of
from emotions.captures.editing import is_empty
from emotions.captures.errors import StaleError
from emotions.captures.storing import KnownTags, insert_capture
from emotions.models import Capture, Detection, Import
from emotions.pictures import storage
from emotions.pictures.errors import LIMITS
from emotions.pictures.removal import delete_files_on_error
from emotions.quotas.claims import claim_imported_moment
from emotions.quotas.errors import PicturesQuotaError, TagsQuotaError
from emotions.quotas.usage import has_room_for_pictures
from emotions.quotas.wording import no_room_for_pictures, too_many_tags
from emotions.transfer.matching import KnownCaptures, Outcome
from emotions.transfer.readers import Entry, EntryError, EntryFace
from emotions.transfer.updating import update_capture
from ml import registry
from ml.inference.predictor import Face
from ml.models import ModelVersion


def import_entry(
    *,
    job: Import,
    entry: Entry,
    known_tags: KnownTags,
    on_stored: Callable[[Capture], None],
    on_updated: Callable[[], None],
) -> Outcome:
    """Import one moment, unless it is here already or was deleted here.

    What an import brought that was undone may come again. What says something else in the file is
    updated where the person wants that.

    Args:
        on_stored, on_updated: called in the transaction that stores or updates it.

    Raises:
        EntryError: it says nothing, shows a face without consent, its pictures cannot be decoded,
            or there is no room for its pictures or tags; nothing was written.
        ImportedQuotaError: as many moments were imported today as can be; nothing was written.
    """
    owner = job.owner
    outcome, existing = match(owner, entry)
    if outcome == Outcome.CHANGED and existing:
        return update(job, existing, entry, known_tags, on_updated)
    if outcome != Outcome.NEW:
        return outcome
    if (entry.faces or entry.pictures) and not has_consent(person=owner, kind=Consent.Kind.USE):
        raise EntryError(_("Expected your consent before readings of a face are saved."))
    capture = build_capture(owner, entry)
    if entry.pictures and not has_room_for_pictures(owner=owner):
        raise EntryError(no_room_for_pictures())
    decoded = {field: decode_picture(entry, field) for field in entry.pictures}
    pixels = {field: picture for field, picture in decoded.items() if picture is not None}
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
            store(capture, entry, saved, known_tags, on_stored, tombstone=existing)
    except PicturesQuotaError as error:
        raise EntryError(no_room_for_pictures()) from error
    except TagsQuotaError as error:
        raise EntryError(too_many_tags()) from error
    except IntegrityError:
        # Another request has imported the same entry meanwhile.
        outcome, _existing = match(owner, entry)
        if outcome == Outcome.NEW:
            raise
        return Outcome.ALREADY_THERE if outcome == Outcome.CHANGED else outcome
    return Outcome.NEW


def match(owner: User, entry: Entry) -> tuple[Outcome, Capture | None]:
    return KnownCaptures.load(owner, [entry]).match(entry)


def update(
    job: Import,
    existing: Capture,
    entry: Entry,
    known_tags: KnownTags,
    on_updated: Callable[[], None],
) -> Outcome:
    """Update a moment where the person wants that.

    Raises:
        EntryError: there is no room for its tags; nothing was written.
    """
    if not job.update:
        return Outcome.ALREADY_THERE
    try:
        with transaction.atomic():
            update_capture(capture=existing, entry=entry, job=job, known_tags=known_tags)
            on_updated()
    except StaleError:
        return Outcome.ALREADY_THERE
    except TagsQuotaError as error:
        raise EntryError(too_many_tags()) from error
    return Outcome.UPDATED


def build_capture(owner: User, entry: Entry) -> Capture:
    """Return an entry as an unsaved capture.

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
        raise EntryError(_("Expected a feeling, a mood or a note, since there is no photo."))
    return capture


def decode_picture(entry: Entry, field: str) -> np.ndarray | None:
    """Return the pixels of one picture, or None where it was lost before the export.

    Raises:
        EntryError: it cannot be decoded.
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
def store(
    capture: Capture,
    entry: Entry,
    pictures: storage.SavedPictures,
    known_tags: KnownTags,
    on_stored: Callable[[Capture], None],
    *,
    tombstone: Capture | None,
) -> None:
    """Insert a capture with its tags and detections in one transaction.

    Args:
        tombstone: what it replaces under its UUID; apps learn of it as of a change.
    """
    if tombstone:
        User.objects.select_for_update().get(pk=capture.owner_id)
        tombstone.delete()
    insert_capture(
        capture,
        pictures=pictures,
        tags=entry.tags,
        detections=(build_detection(face, capture) for face in entry.faces),
        known_tags=known_tags,
    )
    claim_imported_moment(owner=capture.owner)
    on_stored(capture)


def build_detection(face: EntryFace, capture: Capture) -> Detection:
    """Return a face as an unsaved detection, with the figures of its file."""
    return Detection.from_face(
        Face(Box(*face.box), face.probabilities, face.unsure),
        capture=capture,
        **version_columns(face),
        role=face.role,
        emotion=face.emotion,
        confidence=face.confidence,
        roll=None,
        milliseconds=None,
        is_me=face.is_me,
    )


def version_columns(face: EntryFace) -> dict[str, ModelVersion | str]:
    """Return the version that analysed a face, by name only where it is not installed here."""
    if version := registry.version_by_name(face.version):
        return {"model_version": version}
    return {"model_version": registry.placeholder_version(), "version_elsewhere": face.version}
