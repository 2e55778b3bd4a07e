"""Changing what a capture says, whose face counts and how much of its photo is kept."""

from datetime import datetime
from typing import TypedDict

from django.db import transaction

from common.imaging import images
from common.time_zones import day_of
from emotions.captures.errors import (
    CaptureDeletedError,
    EmptyCaptureError,
    KeepsMoreError,
    NoSuchFaceError,
)
from emotions.captures.locking import lock_for_update
from emotions.captures.signals import capture_changed
from emotions.captures.storing import set_tags
from emotions.idempotency import RequestKey
from emotions.models import Capture, Detection, Feeling
from emotions.pictures import storage
from emotions.pictures.removal import delete_files, delete_files_on_error


class Changes(TypedDict, total=False):
    """What to change; what is not named stays as it is.

    Attributes:
        felt: what the person felt, or None to take it back.
        mood: from 1 to 5, or None to take it back.
        tags: all of them; new ones are made.
        me: the number of the detection that is the person's face; None where none is.
        kept: less than is kept until now.
        taken_at: an aware moment.
        time_zone: IANA name of the zone in which it was lived.
    """

    felt: Feeling | None
    mood: int | None
    note: str
    tags: list[str]
    me: int | None
    kept: Capture.Kept
    taken_at: datetime
    time_zone: str


def edit_capture(
    *,
    capture: Capture,
    changes: Changes,
    expected: int | None = None,
    request: RequestKey | None = None,
) -> Capture:
    """Change a capture and return it; what was detected is never changed.

    Args:
        expected: the sequence number that the caller read; None where any will do.
        request: what the client calls the request, if it may send it again.

    Raises:
        RepeatedRequestError, KeyReusedError: see `record_request`.
        CaptureDeletedError: it is in the trash.
        StaleError: it changed since it had the number `expected`.
        NoSuchFaceError: `me` is no face of this capture.
        KeepsMoreError: `kept` is more than is kept.
        EmptyCaptureError: nothing would be left of a capture without a photo.
        TagsQuotaError: the owner may not have that many tags.
    """
    pictures = pictures_for(capture, changes)
    with (
        delete_files_on_error(pictures.values()),
        lock_for_update(capture, expected=expected, request=request) as current,
    ):
        if current.deleted_at:
            raise CaptureDeletedError
        before = current.picture_names
        for field in ("felt", "mood", "note", "taken_at", "time_zone"):
            if field in changes:
                setattr(current, field, changes[field])
        current.local_date = day_of(current.taken_at, current.time_zone)
        if "me" in changes:
            choose_own_face(current, changes["me"])
            current.crop = ""
        for field, name in pictures.items():
            setattr(current, field, name)
        if "kept" in changes:
            reduce_kept(current, changes["kept"])
        if is_empty(current):
            raise EmptyCaptureError
        if current.picture_names != before:
            current.picture_bytes = storage.total_size(current.picture_names)
        current.save()
        capture_changed.send(
            sender=Capture, capture=current, created=False, face_changed="me" in changes
        )
        if "tags" in changes:
            set_tags(current, changes["tags"])
        unused = {*before, *pictures.values()} - {*current.picture_names}
        transaction.on_commit(lambda: delete_files(unused))
    return current


def is_empty(capture: Capture) -> bool:
    """Return whether nothing would be left of a capture that never had a photo."""
    reported = capture.felt or capture.mood or capture.note
    return capture.source in Capture.PHOTOLESS_SOURCES and not reported


def pictures_for(capture: Capture, changes: Changes) -> dict[str, str]:
    """Save the pictures that another choice of the owner's face needs; return their names.

    Where other people are blurred, the face that was taken for the person's is blurred from now
    on, and the new one has been blurred already, so that it cannot be cut out any more.
    """
    me = changes.get("me")
    if "me" not in changes or not capture.photo or changes.get("kept") is Capture.Kept.NOTHING:
        return {}
    faces = {face.pk: face for face in capture.detections.filter(role=Detection.Role.ANSWER)}
    with capture.photo.open("rb") as file:
        pixels = images.read_image(file.read())
    if not capture.others_blurred:
        chosen = faces.get(me) if me else None
        return (
            storage.save_pictures(crop=storage.crop_to_face(pixels, chosen.box)) if chosen else {}
        )
    other = [face.box for face in faces.values() if face.is_me and face.pk != me]
    if not other:
        return {}
    return storage.save_pictures(
        **storage.pictures_to_keep(pixels, None, Capture.Kept.PHOTO, blurred=other)
    )


def choose_own_face(capture: Capture, me: int | None) -> None:
    """Let one face count as the owner's own, whichever version detected it; or none.

    Raises:
        NoSuchFaceError: the capture has no such answer.
    """
    faces = list(capture.detections.all())
    chosen = next(
        (face for face in faces if face.pk == me and face.role == Detection.Role.ANSWER), None
    )
    if me is not None and chosen is None:
        raise NoSuchFaceError
    capture.detections.update(is_me=False)
    if chosen:
        capture.detections.filter(
            x=chosen.x, y=chosen.y, width=chosen.width, height=chosen.height
        ).update(is_me=True)


def reduce_kept(capture: Capture, kept: Capture.Kept) -> None:
    """Take away pictures that are not to be kept any more.

    Raises:
        KeepsMoreError: it would be more than is kept.
    """
    less = list(Capture.Kept)
    if less.index(kept) < less.index(Capture.Kept(capture.kept)):
        raise KeepsMoreError
    capture.kept = kept
    if kept != Capture.Kept.PHOTO:
        capture.photo = capture.thumbnail = ""
    if kept == Capture.Kept.NOTHING:
        capture.crop = ""
