"""Middleware for devices, languages and signing out."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from accounts.devices.services import is_first_use_today, record_device
from accounts.models import User


class DeviceMiddleware:
    """Records a browser once a day; API authentication does the same for apps."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Record the device after the view, which may have signed the person in or out."""
        response = self.get_response(request)
        if request.resolver_match and hasattr(request.resolver_match.func, "is_unattended"):
            return response  # A page that is left open must not keep the session alive.
        session = request.session
        if session.session_key and SESSION_KEY in session and is_first_use_today(session):
            person = request.user
            if isinstance(person, User) and person.pk:  # no key if the view deleted the account
                record_device(person=person, session=session, request=request)
        return response


class ProfileLocaleMiddleware:
    """Activates the language of a signed-in person's profile.

    For everybody else, `LocaleMiddleware` has chosen a language by then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User) and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class ClearSiteDataMiddleware:
    """Asks browsers to clear their cache and storage when a person signs out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the header after the view; `accounts.receivers` flags requests that signed out."""
        response = self.get_response(request)
        if getattr(request, "has_signed_out", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
