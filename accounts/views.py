"""Settings: language and time, devices, access tokens, passwords and deleting the account."""

from http import HTTPStatus

from allauth.account import views as allauth_views
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.devices import selectors as device_selectors
from accounts.devices.services import sign_out_device, sign_out_other_devices
from accounts.forms import (
    DeleteAccountForm,
    LanguageAndTimeForm,
    NewDevicesForm,
    TokenForm,
)
from accounts.requests import person_of
from accounts.security_log import event_to_disown, events_of
from accounts.sign_in import interrupted_forms
from accounts.sign_in.disowning import disown
from accounts.sign_in.reauthentication import require_recent
from accounts.tokens import selectors as token_selectors
from accounts.tokens.services import create_token, revoke_token
from common.time_zones import ZONES_OF_PLACES

EVENTS_A_PAGE = 50


def render_settings(
    request: HttpRequest,
    *,
    language_and_time_form: LanguageAndTimeForm | None = None,
    token_form: TokenForm | None = None,
    secret: str | None = None,
) -> HttpResponse:
    """Render all settings, with the errors of a form that was submitted."""
    person = person_of(request)
    context = {
        "language_and_time_form": language_and_time_form
        or LanguageAndTimeForm(
            initial={
                "language": person.language or get_language(),
                "time_zone": person.time_zone,
            }
        ),
        "time_zones": ["UTC", *ZONES_OF_PLACES],
        "new_devices_form": NewDevicesForm(
            initial={"new_device_letters": person.new_device_letters}
        ),
        "token_form": token_form or TokenForm(),
        "secret": secret,
        "second_factor": is_mfa_enabled(person),
        "devices": device_selectors.devices(person=person, current_key=request.session.session_key),
        "tokens": token_selectors.tokens(person=person),
    }
    invalid = any(form and form.errors for form in (language_and_time_form, token_form))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if invalid else HTTPStatus.OK
    return render(request, "accounts/settings.html", context, status=status)


@login_required
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    return render_settings(request)


@login_required
@require_safe
def interrupted_form(request: HttpRequest) -> HttpResponse:
    """Show what somebody submitted after their session had ended, to submit it again."""
    form = interrupted_forms.take_form(request)
    if form is None:
        return redirect(site.LOGIN_REDIRECT_URL)
    return render(request, "accounts/interrupted_form.html", {"form": form})


@login_required
@require_POST
def language_and_time(request: HttpRequest) -> HttpResponse:
    form = LanguageAndTimeForm(request.POST)
    if not form.is_valid():
        return render_settings(request, language_and_time_form=form)
    person = person_of(request)
    services.save_language(person=person, code=form.cleaned_data["language"])
    services.save_time_zone(person=person, name=form.cleaned_data["time_zone"])
    with override(form.cleaned_data["language"]):
        messages.success(request, _("Saved."))
    return redirect("accounts:settings")


# --- Devices ----------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def device_sign_out(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for confirmation, then sign out a device."""
    device = device_selectors.device(
        person=person_of(request), device_id=number, current_key=request.session.session_key
    )
    if device is None:
        raise Http404
    if device.is_current:
        return redirect("account_logout")
    require_recent(request)
    if request.method == "POST":
        sign_out_device(device=device.session)
        messages.success(request, _("Signed out %(device)s.") % {"device": device.name})
        return redirect("accounts:settings")
    return render(request, "accounts/device_sign_out.html", {"device": device})


@login_required
@require_POST
def devices_sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out every device but the current one."""
    require_recent(request)
    sign_out_other_devices(person=person_of(request), current_key=request.session.session_key)
    messages.success(request, _("Signed out everywhere else."))
    return redirect("accounts:settings")


@login_required
@require_POST
def new_devices(request: HttpRequest) -> HttpResponse:
    """Choose whether sign-ins on new devices cause an email."""
    form = NewDevicesForm(request.POST)
    wanted = form.is_valid() and form.cleaned_data["new_device_letters"]
    if not wanted:
        require_recent(request)  # or else whoever stole a session could silence what comes next
    services.set_new_device_letters(person=person_of(request), wanted=wanted)
    messages.success(request, _("Saved."))
    return redirect("accounts:settings")


@login_required
@require_safe
def security_log(request: HttpRequest) -> HttpResponse:
    """Show what happened to the account, page by page."""
    page = Paginator(events_of(person=person_of(request)), EVENTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "accounts/security_log.html", {"page": page})


# --- Access tokens ----------------------------------------------------------------------------


@login_required
@never_cache
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """Create a token and show its secret, which cannot be shown again."""
    require_recent(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return render_settings(request, token_form=form)
    _token, secret = create_token(person=person_of(request), **form.cleaned_data)
    return render_settings(request, secret=secret)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for confirmation, then revoke a token."""
    token = get_object_or_404(token_selectors.tokens(person=person_of(request)), pk=number)
    require_recent(request)
    if request.method == "POST":
        revoke_token(token=token)
        messages.success(request, _("Token revoked."))
        return redirect("accounts:settings")
    return render(request, "accounts/token_revoke.html", {"token": token})


# --- A first password -------------------------------------------------------------------------


@login_required
def password_set(request: HttpRequest) -> HttpResponseBase:
    """Let people without a password set one, who confirm first who they are by what they have."""
    if not person_of(request).has_usable_password():
        require_recent(request)
    response: HttpResponseBase = allauth_views.password_set(request)
    return response


# --- This wasn't me ---------------------------------------------------------------------------


@csrf_exempt  # the link is the secret; whoever does not have it cannot forge the request
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, sealed: str) -> HttpResponse:
    """Ask before disowning what an email was about: programs that check emails open links."""
    event = event_to_disown(sealed)
    if event is None:
        return render(request, "accounts/not_me.html", {"expired": True}, status=HTTPStatus.GONE)
    if request.method == "POST":
        disown(event=event)
        if request.user.is_authenticated and person_of(request).pk == event.person_id:
            logout(request)  # its session has just ended
    done = request.method == "POST"
    return render(request, "accounts/not_me.html", {"event": event, "done": done})


# --- Deleting the account ---------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    """Ask for the password, then delete the account and everything in it."""
    person = person_of(request)
    if not person.has_usable_password():
        require_recent(request)
    if request.method != "POST":
        return render(
            request, "accounts/account_delete.html", {"form": DeleteAccountForm(person=person)}
        )
    limited = ratelimit.consume_or_429(request, action="reauthenticate", user=person)
    if limited:
        return limited
    form = DeleteAccountForm(person=person, data=request.POST)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "accounts/account_delete.html", {"form": form}, status=status)
    services.delete_account(person=person)
    logout(request)
    messages.success(request, _("Your account has been deleted, with everything in it. Take care."))
    return redirect(site.ACCOUNT_LOGOUT_REDIRECT_URL)
