"""The pictures of an entry, decoded and saved anew."""

import numpy as np
from django.utils.translation import gettext as _

from accounts.models import User
from common.imaging import images
from emotions.pictures import storage
from emotions.pictures.errors import LIMITS
from emotions.quotas.usage import has_room_for_pictures
from emotions.quotas.wording import no_room_for_pictures
from emotions.transfer.readers import Entry, EntryError


def save_entry_pictures(owner: User, entry: Entry) -> storage.SavedPictures:
    """Save the pictures of an entry, and return their storage names.

    Raises:
        EntryError: there is no room for them, or one cannot be decoded; nothing was saved.
    """
    if not has_room_for_pictures(owner=owner):
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
    return storage.save_pictures(**pixels)


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
