"""Messages and statuses for photos that cannot be read."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from common.imaging.images import MAX_BYTES, MAX_EDGE, MAX_PIXELS, MAX_SIDE

LIMITS = {
    "megabytes": MAX_BYTES // 2**20,
    "megapixels": MAX_PIXELS // 10**6,
    "side": MAX_EDGE,
    "read_side": MAX_SIDE,
}

MESSAGES = {
    "empty": _("That file is empty. Nothing was saved. Please choose a JPEG, PNG or WebP photo."),
    "too_large": _(
        "That file is larger than %(megabytes)d MB. Nothing was saved. Please choose a smaller one."
    ),
    "too_many_pixels": _(
        "That photo has more than %(megapixels)d megapixels. Nothing was saved. "
        "Please choose a smaller one."
    ),
    "side_too_long": _(
        "That photo is more than %(side)d pixels wide or high. Nothing was saved. "
        "Please choose a smaller one."
    ),
    "unsupported_type": _(
        "That file isn't a photo we can read. Nothing was saved. Please choose a JPEG, PNG or "
        "WebP photo."
    ),
    "heic_unsupported": _(
        "That's a HEIC photo, which we can't read. Nothing was saved. Please choose a JPEG or "
        "PNG. On an iPhone, go to Settings > Camera > Formats and choose Most Compatible to "
        "take new photos as JPEG."
    ),
    "avif_unsupported": _(
        "That's an AVIF photo, which we can't read. Nothing was saved. Please save it as JPEG "
        "or PNG and choose that."
    ),
    "rare_jpeg": _(
        "That JPEG uses a rare encoding that hardly any software can show: lossless, "
        "arithmetic-coded, or more than 8 bits per colour. Nothing was saved. Please save it "
        "as a standard JPEG and choose that."
    ),
    "broken_image": _(
        "That photo is damaged or incomplete. Nothing was saved. Please choose another one."
    ),
}

FOREIGN_FORMAT = _(
    "That file is in %(format)s format, which we can't read. Nothing was saved. Please choose "
    "a JPEG, PNG or WebP photo."
)

STATUSES = {
    "empty": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many_pixels": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "side_too_long": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "heic_unsupported": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "avif_unsupported": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "rare_jpeg": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "broken_image": HTTPStatus.UNPROCESSABLE_ENTITY,
}


def error_message(code: str, found: str | None = None) -> str:
    """Return the message for the `code` of a `common.imaging.images.ImageError`.

    Args:
        found: the name of the format of a file that is no photo, if it is known.
    """
    if found:
        return str(FOREIGN_FORMAT) % {"format": found}
    return str(MESSAGES[code]) % LIMITS
