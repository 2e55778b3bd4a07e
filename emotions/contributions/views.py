"""The page on which people begin and end to contribute."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.consents import give_consent, has_consent, standing_consent, withdraw_consent
from accounts.models import Consent
from accounts.requests import person_of
from emotions.contributions.forms import ContributionConsentForm
from emotions.contributions.selectors import count_contributions


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contributions(request: HttpRequest) -> HttpResponse:
    """Explain what contributing means, and let the person give or withdraw consent."""
    person, form = person_of(request), ContributionConsentForm()
    if request.method == "POST":
        if "stop" in request.POST:
            withdraw_consent(person=person, kind=Consent.Kind.IMPROVE)
            messages.success(request, _("You're no longer helping. Your faces have been removed."))
            return redirect("emotions:helping")
        form = ContributionConsentForm(request.POST)
        if form.is_valid():
            give_consent(person=person, kind=Consent.Kind.IMPROVE)
            messages.success(request, _("Thank you. You can change your mind here at any time."))
            return redirect("emotions:helping")
    context = {
        "form": form,
        "consent": standing_consent(person=person, kind=Consent.Kind.IMPROVE),
        "consented": has_consent(person=person, kind=Consent.Kind.IMPROVE),
        "contribution_count": count_contributions(owner=person),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/contributions.html", context, status=status)
