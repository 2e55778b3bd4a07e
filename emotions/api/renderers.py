"""What answers are made of besides JSON."""

from rest_framework.renderers import JSONRenderer


class PictureRenderer(JSONRenderer):
    """Lets a client ask for `image/jpeg`; what it renders itself are errors, as JSON."""

    media_type = "image/jpeg"
    format = "jpeg"


class ZipRenderer(JSONRenderer):
    """Lets a client ask for a zip archive; what it renders itself are errors, as JSON."""

    media_type = "application/zip"
    format = "zip"
