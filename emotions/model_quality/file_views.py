"""Files of the network and the detector, for devices that read faces themselves."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from ml.registry.published import find_published


@require_safe
def model_file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Send a published file, which never changes under its address."""
    etag = f'"{sha256}"'
    file = find_published(sha256)
    if file is None:
        raise Http404("There is no such file.")
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        file.content, content_type=file.media_type
    )
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
