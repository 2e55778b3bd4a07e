"""What the site and its network are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from emotions import presentation
from emotions.models import Feeling
from ml.registry import active_version


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """Say what the site is; who is signed in goes on to their day."""
    if request.user.is_authenticated:
        return redirect("emotions:today")
    return render(request, "emotions/landing.html", {"feelings": list(Feeling)})


@require_GET
def model_card(request: HttpRequest) -> HttpResponse:
    """Show what the network is and how well it reads faces, by its own figures."""
    return render(request, "emotions/model_card.html", presentation.model_card(active_version()))
