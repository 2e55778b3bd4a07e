"""What the site and its network are."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from emotions.model_quality.model_cards import card_of
from emotions.models import Feeling
from ml.models import ModelVersion
from ml.registry import active_version
from ml.registry.history import told_of, versions_that_answered


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """Say what the site is; who is signed in goes on to their day."""
    if request.user.is_authenticated:
        return redirect("emotions:today")
    return render(request, "emotions/landing.html", {"feelings": list(Feeling)})


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is stored, where, for how long, and who can read it."""
    return render(request, "emotions/privacy.html", {"contact": settings.CONTACT_EMAIL})


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """Say what the site is for, and what nobody may use it for."""
    return render(request, "emotions/terms.html", {"contact": settings.CONTACT_EMAIL})


@require_GET
def model_card(request: HttpRequest, version: str = "") -> HttpResponse:
    """Show what a network is and how well it reads faces, by its own figures.

    Args:
        version: the name of one that answers or did; the one that answers now where empty.
    """
    try:
        told = told_of(version or active_version().name)
    except ModelVersion.DoesNotExist as error:
        raise Http404("No such version ever answered.") from error
    context = card_of(told, others=versions_that_answered())
    return render(request, "emotions/model_card.html", context)
