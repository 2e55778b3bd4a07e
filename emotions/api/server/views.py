"""What a site is and allows, before anybody signs in."""

from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.consents import CURRENT_VERSIONS
from common.imaging.images import MAX_BYTES, MAX_EDGE, MAX_PIXELS, MAX_SIDE
from emotions.api.base import PersonalView
from emotions.api.detection.serializers import MAX_FRAMES
from emotions.api.etags import document_response
from emotions.api.pagination import HistoryPagination
from emotions.api.server.schema import SERVER
from emotions.api.server.serializers import RatesSerializer, ServerSerializer
from emotions.api.sync.serializers import MAX_BATCH_SIZE
from emotions.models.limits import (
    MAX_NOTE_LENGTH,
    MAX_REQUEST_BYTES,
    MAX_TAG_LENGTH,
    MAX_TAGS,
)
from emotions.reminders.services import MAX_REMINDERS
from emotions.transfer.readers import MAX_IMPORT_BYTES


def limits() -> dict[str, Any]:
    """Return the sizes and numbers above which requests are refused."""
    return {
        "request_bytes": MAX_REQUEST_BYTES,
        "import_bytes": MAX_IMPORT_BYTES,
        "photo_bytes": MAX_BYTES,
        "photo_pixels": MAX_PIXELS,
        "photo_side": MAX_EDGE,
        "read_side": MAX_SIDE,
        "frames": MAX_FRAMES,
        "batch": MAX_BATCH_SIZE,
        "page_size": HistoryPagination.max_page_size,
        "note_length": MAX_NOTE_LENGTH,
        "tags": MAX_TAGS,
        "tag_length": MAX_TAG_LENGTH,
        "reminders": MAX_REMINDERS,
        "rates": {
            name: dict(zip(("requests", "seconds"), settings.RATE_LIMITS[name], strict=True))
            for name in map(str, RatesSerializer().fields)
        },
    }


class ServerView(PersonalView):
    """The site itself."""

    permission_classes = [AllowAny]

    @extend_schema(**SERVER)
    def get(self, request: Request) -> HttpResponseBase:
        """Return its facts."""
        facts = {
            "name": settings.SPECTACULAR_SETTINGS["TITLE"],
            "version": settings.SPECTACULAR_SETTINGS["VERSION"],
            "sign_up": settings.SIGN_UP,
            "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
            "consents": {kind.value: version for kind, version in CURRENT_VERSIONS.items()},
            "features": {
                "push": bool(settings.VAPID_PRIVATE_KEY),
                "email_verification": settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory",
            },
            "limits": limits(),
        }
        return document_response(request, ServerSerializer(facts).data)
