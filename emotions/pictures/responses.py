"""Serving stored pictures to their owner."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response


def picture_response(request: HttpRequest, file: FieldFile) -> HttpResponseBase:
    """Return a picture that the caller may see, or 304 where the browser has it.

    Files never change under their names, so the name is the entity tag.

    Raises:
        Http404: there is no picture, or its file is gone.
    """
    if not file.name:
        raise Http404("No picture is kept.")
    etag = f'"{file.name.rpartition("/")[2]}"'
    response = get_conditional_response(request, etag=etag) or file_response(file)
    response["ETag"] = etag
    return make_private(response)


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
