"""What makes the site an app: its manifest, its service worker, and the offline page."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import condition, require_safe

from accounts.models import User
from accounts.requests import unattended
from emotions.models import Preferences
from emotions.offline.headers import diary_key

SHELL = (
    "css/tokens.css",
    "css/base.css",
    "css/components/forms.css",
    "css/components/layout.css",
    "css/components/lists.css",
    "css/components/capture.css",
    "css/components/reading.css",
    "css/components/calendar.css",
    "css/components/charts.css",
    "favicon.svg",
    "icons/sprite.svg",
    "js/time_zone.js",
    "js/offline/page.js",
    "js/capture/upload.js",
    "js/capture/camera.js",
    "js/capture/preview.js",
    "js/capture/turn.js",
    "js/capture/multi_upload.js",
    "js/capture/note_form.js",
    "js/capture/sheet.js",
)
"""Static files of the pages that work offline."""

IMPORTED = (
    "js/api.js",
    "js/capture/exif.js",
    "js/capture/on_device.js",
    "js/capture/prepare.js",
    "js/capture/tags.js",
    "js/offline/clock.js",
    "js/offline/mend.js",
    "js/offline/panel.js",
    "js/offline/reader_files.js",
    "js/offline/refresh.js",
    "js/offline/tabs.js",
    "js/offline/waiting.js",
    "js/offline/words.js",
)
"""Modules that those import, by names without a hash."""


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, so that its scope is the whole site."""
    shell = [
        *(static(name) for name in SHELL),
        *(f"{settings.STATIC_URL}{name}" for name in IMPORTED),
        *(reverse("emotions:mending", args=[code]) for code, _name in settings.LANGUAGES),
        reverse("emotions:offline"),
    ]
    context = {"shell": shell, "static_url": settings.STATIC_URL}
    return render(request, "service-worker.js", context, content_type="text/javascript")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:

    def icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
        sizes = f"{size}x{size}"
        return {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}

    content = {
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
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show the form that works without a connection; the same to everybody."""
    return render(request, "emotions/offline.html")


@require_safe
def mending(request: HttpRequest, language: str) -> HttpResponse:
    """Render what shows and mends moments that wait, in one language; the same to everybody.

    Pages on which moments are recorded have it already; others fetch it once something waits.

    Raises:
        Http404: the site does not speak the language.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return render(request, "emotions/mending.html")


@never_cache
@require_safe
def line(request: HttpRequest) -> JsonResponse:
    """Confirm to a browser that it is online, and tell what it needs to send what waits.

    That is the key of its person, a CSRF token, and whether it must not send their photos.
    """
    answer = {"diary": "", "token": get_token(request), "reads_here": False}
    if isinstance(person := request.user, User):
        reads_here = Preferences.objects.filter(owner=person, read_on=Preferences.ReadOn.DEVICE)
        answer |= {"diary": diary_key(person), "reads_here": reads_here.exists()}
    return JsonResponse(answer)


def latest_etag(request: HttpRequest) -> str | None:
    """Return whose diary it is and the number of its latest change; None where nobody asks."""
    person = request.user
    return f'"{diary_key(person)}.{person.sequence}"' if isinstance(person, User) else None


@unattended
@never_cache
@require_safe
@condition(etag_func=latest_etag)
def latest(request: HttpRequest) -> HttpResponse:
    """Say to an open page whether the diary has changed: 304 if it has not, 401 to nobody.

    Who it is costs the only queries.
    """
    person = request.user
    if not isinstance(person, User):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Cookie"})
    return JsonResponse({"diary": diary_key(person), "latest": person.sequence})
