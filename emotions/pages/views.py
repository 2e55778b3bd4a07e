"""Pages about the site itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common.content_security import allows_wasm
from emotions.models import Feeling
from emotions.pages.sample_day import MOMENTS, sample_sentence


@require_safe
@allows_wasm
def landing(request: HttpRequest) -> HttpResponse:
    """Say what the site is and let anybody try it; who is signed in goes on to their day."""
    if request.user.is_authenticated:
        return redirect("emotions:today")
    context = {
        "feelings": list(Feeling),
        "sample_day": MOMENTS,
        "sample_sentence": sample_sentence(),
    }
    return render(request, "emotions/landing.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is stored, where, for how long, and who can read it."""
    return render(request, "emotions/privacy.html", {"contact": settings.CONTACT_EMAIL})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Say what the site is for, and what nobody may use it for."""
    return render(request, "emotions/terms.html", {"contact": settings.CONTACT_EMAIL})
