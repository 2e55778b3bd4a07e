"""Turning the pictures that are kept of a capture, and reading the faces in them anew."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models.fields.files import FieldFile

from accounts.consents import require_consent
from accounts.models import Consent
from common.imaging import images
from common.imaging.geometry import Box
from emotions.captures.analysis import nearest_face
from emotions.captures.errors import CaptureDeletedError, NothingToTurnError, StaleError
from emotions.captures.locking import lock_for_update
from emotions.captures.moods import answer_of
from emotions.captures.signals import capture_changed
from emotions.idempotency import RequestKey
from emotions.models import Capture, Detection
from emotions.pictures import storage
from emotions.pictures.removal import delete_files, delete_files_on_error
from emotions.preferences.selectors import get_preferences
from ml import registry
from ml.inference.predictor import Face, Predictor

QUARTERS = (90, 180, 270)
MAX_LEAN = 30
"""Degrees off a quarter turn up to which a head is taken to lie on its side or upside down."""
SAME_FACE = 0.5  # overlap, as a share of the smaller box, above which two are the same face


@dataclass(frozen=True, slots=True)
class TurnedPictures:
    """What is kept of a capture, turned, and the faces that were found in it.

    Attributes:
        pictures: storage names by field of the capture.
        faces: those that were read anew, in pixels of the turned photo.
        own_face: index of the owner's among them.
        replaced: where those were, in pixels of the photo before, that they take the place of.
        blurred: whether other people were made unrecognisable.
    """

    pictures: storage.SavedPictures
    faces: list[Face] = field(default_factory=list)
    own_face: int = 0
    replaced: list[Box] = field(default_factory=list)
    blurred: bool = False


def upright_turn(detection: Detection | None) -> int:
    """Return by how many degrees clockwise a photo is to be turned for a face to be upright.

    0 where it is about upright, or leans in a way that no quarter turn sets right.
    """
    roll = detection.roll if detection else None
    if roll is None or abs(roll - 90 * round(roll / 90)) > MAX_LEAN:
        return 0
    return -90 * round(roll / 90) % 360


def turn_capture(
    *,
    capture: Capture,
    degrees: int,
    expected: int | None = None,
    request: RequestKey | None = None,
) -> Capture:
    """Turn the pictures of a capture clockwise, read its faces anew, and return it.

    What is found in the turned photo takes the place of what was detected before. Faces that were
    blurred cannot be found again: what was read from them stays, where they are now; and so does
    everything where no face is found. Decoding, inference and file writing come first, then one
    short transaction.

    Args:
        degrees: one of `QUARTERS`.
        expected: the sequence number that the caller read; None where any will do.
        request: what the client calls the request, if it may send it again.

    Raises:
        RepeatedRequestError, KeyReusedError: see `record_request`.
        CaptureDeletedError: it is in the trash.
        ConsentRequiredError: the owner has not consented to the current text.
        NothingToTurnError: no picture of it is kept, or none that can be read.
        StaleError: it changed since it had the number `expected`, or meanwhile.
        ml.registry.NoModelError: no trained version can answer.
    """
    if capture.deleted_at:
        raise CaptureDeletedError
    if expected not in (None, capture.sequence):
        raise StaleError
    require_consent(person=capture.owner, kind=Consent.Kind.USE)
    serving = registry.serving()
    turn = turn_photo if capture.photo else turn_crop
    turned = turn(capture, degrees, serving.predictor)
    with (
        delete_files_on_error(turned.pictures.values()),
        lock_for_update(capture, expected=capture.sequence, request=request) as current,
    ):
        place_detections(current, degrees, replaced=turned.replaced)
        Detection.objects.bulk_create(
            Detection.from_face(
                face,
                capture=current,
                model_version=serving.version,
                is_me=number == turned.own_face,
            )
            for number, face in enumerate(turned.faces)
        )
        before = current.picture_names
        for name in Capture.PICTURES:
            setattr(current, name, turned.pictures.get(name, ""))
        current.picture_bytes = turned.pictures.size
        current.others_blurred |= turned.blurred
        if degrees != 180:  # noqa: PLR2004
            current.width, current.height = current.height, current.width
        current.save()
        capture_changed.send(sender=Capture, capture=current, created=False, face_changed=True)
        transaction.on_commit(lambda: delete_files(before))
    return current


def turn_photo(capture: Capture, degrees: int, predictor: Predictor) -> TurnedPictures:
    """Turn a kept photo, look for faces in it, and save what is kept of it."""
    pixels = images.turn(read_picture(capture.photo), degrees)
    answers = list(capture.detections.filter(role=Detection.Role.ANSWER))
    boxes = {answer.pk: turned_box(answer, capture, degrees) for answer in answers}
    mine = next((boxes[answer.pk] for answer in answers if answer.is_me), None)
    hidden = [boxes[answer.pk] for answer in answers if capture.others_blurred and not answer.is_me]
    faces = [
        face
        for face in predictor.predict(pixels)
        if not any(face.box.overlap(box) > SAME_FACE for box in hidden)
    ]
    if not faces:
        kept = storage.pictures_to_keep(pixels, mine if capture.crop else None, Capture.Kept.PHOTO)
        return TurnedPictures(storage.save_pictures(**kept))
    own = nearest_face(faces, *middle(mine)) if mine else 0
    blur = capture.others_blurred or not get_preferences(owner=capture.owner).keep_others
    others = [face.box for number, face in enumerate(faces) if blur and number != own]
    kept = storage.pictures_to_keep(pixels, faces[own].box, Capture.Kept.PHOTO, blurred=others)
    replaced = [answer.box for answer in answers if boxes[answer.pk] not in hidden]
    saved = storage.save_pictures(**kept)
    return TurnedPictures(saved, faces, own, replaced, blurred=bool(others))


def turn_crop(capture: Capture, degrees: int, predictor: Predictor) -> TurnedPictures:
    """Turn the owner's face where only that is kept, read it, and save it."""
    pixels = images.turn(read_picture(capture.crop), degrees)
    pictures = storage.save_pictures(crop=pixels)
    answer = answer_of(capture)
    if answer is None:
        return TurnedPictures(pictures)
    (face,) = predictor.predict_boxes(pixels, [storage.face_in_crop(len(pixels))])
    return TurnedPictures(
        pictures,
        [replace(face, box=turned_box(answer, capture, degrees))],
        replaced=[answer.box],
    )


def read_picture(stored: FieldFile) -> images.Pixels:
    """Return a stored picture.

    Raises:
        NothingToTurnError: there is none, or it is gone or damaged.
    """
    if not stored:
        raise NothingToTurnError
    try:
        with stored.open("rb") as file:
            return images.read_image(file.read())
    except (FileNotFoundError, images.ImageError) as error:
        raise NothingToTurnError from error


def turned_box(detection: Detection, capture: Capture, degrees: int) -> Box:
    """Return where a face is once the photo of its capture is turned."""
    return detection.box.turned(degrees, capture.width or 0, capture.height or 0)


def middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def place_detections(capture: Capture, degrees: int, *, replaced: Collection[Box]) -> None:
    """Move what any version detected to where the faces are in the turned photo.

    Args:
        replaced: boxes in the photo before; what was detected in them is removed.
    """
    detections = list(capture.detections.all())
    gone = [detection.pk for detection in detections if detection.box in replaced]
    capture.detections.filter(pk__in=gone).delete()
    kept = [detection for detection in detections if detection.pk not in gone]
    for detection in kept:
        box = turned_box(detection, capture, degrees)
        detection.x, detection.y = box.x, box.y
        detection.width, detection.height = box.width, box.height
        if detection.roll is not None:
            detection.roll = (detection.roll + degrees + 180) % 360 - 180
    Detection.objects.bulk_update(kept, ["x", "y", "width", "height", "roll"])
