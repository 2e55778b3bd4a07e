"""Serving stored pictures to their owner."""

import hashlib

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

VERSION_PARAMETER = "v"
FOR_EVER = "private, max-age=31536000, immutable"


def picture_version(file: FieldFile) -> str:
    """Return what tells a picture from those that were in its place before, for its address."""
    return hashlib.sha256(str(file.name).encode()).hexdigest()[:16]


def picture_response(
    request: HttpRequest, file: FieldFile, *, version: str = ""
) -> HttpResponseBase:
    """Return a picture that the caller may see, or 304 where the browser has it.

    Files never change under their names, so the name is the entity tag. Where the address has the
    version of the picture, in its path or as a parameter, it need not be asked for again.

    Raises:
        Http404: there is no picture, or its file is gone.
    """
    if not file.name:
        raise Http404("No picture is kept.")
    etag = f'"{file.name.rpartition("/")[2]}"'
    response = get_conditional_response(request, etag=etag) or file_response(file)
    response["ETag"] = etag
    make_private(response)
    if (version or request.GET.get(VERSION_PARAMETER)) == picture_version(file):
        response["Cache-Control"] = FOR_EVER
    return response


def make_private(response: HttpResponseBase) -> HttpResponseBase:
    """Let no shared cache store a picture, and no browser run anything inside it."""
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'inline; filename="picture.jpg"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def file_response(file: FieldFile) -> HttpResponseBase:
    """Return the whole picture.

    Raises:
        Http404: its file is gone.
    """
    try:
        return FileResponse(file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404("The picture's file is gone.") from error
