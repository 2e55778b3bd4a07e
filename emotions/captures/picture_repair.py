"""Making lost pictures anew from the photo, or giving them up."""

from common.imaging import images
from emotions.captures.editing import reduce_kept
from emotions.captures.locking import lock_for_update
from emotions.models import Capture
from emotions.pictures import storage
from emotions.pictures.removal import delete_files, delete_files_on_error


def repair_picture(*, capture: Capture, field: str) -> None:
    """Make a lost picture anew from the photo, or let its capture keep what is left; never less.

    Numbers, words and tags stay as they are. A capture that has changed meanwhile is left alone.

    Args:
        capture: as it was read when its file was found lost.
        field: one of `Capture.PICTURES`.
    """
    lost = getattr(capture, field).name
    made = storage.save_pictures(**rebuild_picture(capture, field))
    with delete_files_on_error(made.values()), lock_for_update(capture) as current:
        if getattr(current, field).name != lost:
            delete_files(made.values())
            return
        before = current.picture_names
        setattr(current, field, made.get(field, ""))
        if not current.photo:
            reduce_kept(current, Capture.Kept.CROP if current.crop else Capture.Kept.NOTHING)
        current.picture_bytes = storage.total_size(current.picture_names)
        current.save()
    delete_files({*before} - {*current.picture_names})


def rebuild_picture(capture: Capture, field: str) -> dict[str, images.Pixels]:
    """Return the picture that a field had, by the field, where the photo still shows it."""
    photo = capture.photo.name
    if field == "photo" or not photo or storage.find_flaw(photo):
        return {}
    with capture.photo.open("rb") as file:
        pixels = images.read_image(file.read())
    mine = capture.detections.filter(is_me=True).first()
    face = mine.box if mine else None
    pictures = storage.pictures_to_keep(pixels, face, Capture.Kept.PHOTO)
    return {field: pictures[field]} if field in pictures else {}
