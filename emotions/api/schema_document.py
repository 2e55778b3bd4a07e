"""The OpenAPI document, which each process makes once and then only sends."""

import hashlib
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer


@dataclass(frozen=True, slots=True)
class SchemaDocument:
    """The document in one language.

    Attributes:
        schema: as Python values, not to be changed.
        content: as JSON.
    """

    schema: dict[str, Any]
    content: bytes
    etag: str


_documents: dict[str, SchemaDocument] = {}
_lock = Lock()
"""Making a document takes most of a second, and two at once stumble over each other."""


def schema_document() -> SchemaDocument:
    """Return the document in the language of the request."""
    language = translation.get_language()
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    if language not in _documents:
        with _lock:
            if language not in _documents:
                _documents[language] = build(language)
    return _documents[language]


def build(language: str) -> SchemaDocument:
    with translation.override(language):
        schema = SchemaGenerator().get_schema(request=None, public=True)
        content = OpenApiJsonRenderer().render(schema, renderer_context={})
    return SchemaDocument(schema, content, etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def build_all() -> None:
    """Make the documents of all languages, before the first client asks."""
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            schema_document()


@csrf_exempt
@require_safe
@condition(etag_func=lambda _: schema_document().etag)
def api_schema(_: HttpRequest) -> HttpResponse:
    """Send the document, unless the client has it."""
    return HttpResponse(
        schema_document().content,
        content_type=OpenApiJsonRenderer.media_type,
        headers={
            "Content-Disposition": 'inline; filename="emoplatform.json"',
            "Cache-Control": "no-cache",
        },
    )
