"""What makes the site an app: its manifest, its service worker, and the page without a line."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from emotions.offline.headers import diary_key

SHELL = (
    "css/tokens.css",
    "css/base.css",
    "css/components/layout.css",
    "css/components/buttons.css",
    "css/components/forms.css",
    "css/components/menu.css",
    "css/components/lists.css",
    "css/components/entries.css",
    "css/components/capture.css",
    "css/components/reading.css",
    "css/components/charts.css",
    "css/print.css",
    "favicon.svg",
    "icons/sprite.svg",
    "js/time_zone.js",
    "js/offline/page.js",
    "js/capture/upload.js",
    "js/capture/camera.js",
    "js/capture/preview.js",
    "js/capture/multi_upload.js",
    "js/capture/note_form.js",
)
"""What the pages that work without a line consist of."""

IMPORTED = (
    "js/api.js",
    "js/offline/clock.js",
    "js/offline/panel.js",
    "js/offline/waiting.js",
)
"""What those modules import, by names that do not change."""


@never_cache
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer with the service worker, which may then speak for the whole site."""
    shell = [
        *(static(name) for name in SHELL),
        *(f"{settings.STATIC_URL}{name}" for name in IMPORTED),
        reverse("emotions:offline"),
    ]
    context = {"shell": shell, "static_url": settings.STATIC_URL}
    return render(request, "service-worker.js", context, content_type="text/javascript")


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Say how the site looks among the apps of a device."""

    def icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
        sizes = f"{size}x{size}"
        return {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}

    told = {
        "id": "/",
        "name": "Emoplatform",
        "short_name": "Emoplatform",
        "description": _("A quiet mood diary that reads what a face expresses."),
        "start_url": reverse("emotions:today"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf8f3",
        "theme_color": "#fbf8f3",
        "icons": [
            icon("icons/app-192.png", 192),
            icon("icons/app-512.png", 512),
            icon("icons/app-maskable-512.png", 512, "maskable"),
        ],
        "shortcuts": [
            {"name": _("Add a moment"), "url": reverse("emotions:capture")},
            {"name": _("Add one in words"), "url": reverse("emotions:words")},
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Show what can be said without a connection; the same to everybody."""
    return render(request, "emotions/offline.html")


@never_cache
@require_GET
def line(request: HttpRequest) -> JsonResponse:
    """Tell a browser that moments can be sent: as whom, and with which token."""
    person = request.user
    whose = diary_key(person) if isinstance(person, User) else ""
    return JsonResponse({"diary": whose, "token": get_token(request)})
