"""The pages where a person sets their preferences."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import person_of
from emotions.models import Preferences
from emotions.offline.headers import available_offline
from emotions.preferences.forms import AppearanceForm, KeepingForm
from emotions.preferences.selectors import get_preferences
from emotions.preferences.services import set_preferences


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keeping(request: HttpRequest) -> HttpResponse:
    """Choose what is kept of photos to come."""
    person = person_of(request)
    form = KeepingForm.of(get_preferences(owner=person))
    if request.method == "POST":
        form = KeepingForm(request.POST)
        if form.is_valid():
            set_preferences(
                owner=person,
                kept=form.kept_of_photos(),
                read_on=form.read_on(),
                keep_others=form.cleaned_data["keep_others"],
                pictures_kept_for=form.cleaned_data["pictures_kept_for"],
            )
            messages.success(request, _("Saved."))
            return redirect("emotions:keeping")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/keeping.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appearance(request: HttpRequest) -> HttpResponse:
    """Choose a theme, the colours of emotions, and whether Today shows a streak."""
    person = person_of(request)
    form = AppearanceForm.of(get_preferences(owner=person))
    if request.method == "POST":
        form = AppearanceForm(request.POST)
        if form.is_valid():
            set_preferences(
                owner=person,
                theme=Preferences.Theme(form.cleaned_data["theme"]),
                show_streak=form.cleaned_data["show_streak"],
                colours={} if "ours" in request.POST else form.colours(),
            )
            messages.success(request, _("Saved."))
            return redirect("emotions:appearance")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/appearance.html", {"form": form}, status=status)


@login_required
@available_offline
@require_safe
def colours(request: HttpRequest) -> HttpResponse:
    """Serve the person's colours as a style sheet, a little darker for lines."""
    chosen = get_preferences(owner=person_of(request)).colours
    rules = "".join(
        f"--{feeling}: {colour}; --{feeling}-line: color-mix(in oklab, {colour} 70%, var(--ink)); "
        for feeling, colour in sorted(chosen.items())
    )
    return HttpResponse(
        f":root {{ {rules}}}",
        content_type="text/css",
        headers={"Cache-Control": "private, no-cache"},
    )
