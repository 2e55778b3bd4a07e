"""What browsers are told and what is noted of them as people come and go."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from accounts.models import User
from accounts.services import is_first_use_today, record_device


class DeviceMiddleware:
    """Notes a browser's first answer of a day; an app's token does the same for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note the browser after the view, which may have signed the person in or out."""
        response = self.get_response(request)
        session = request.session
        if session.session_key and SESSION_KEY in session and is_first_use_today(session):
            person = request.user
            if isinstance(person, User) and person.pk:  # no key: the view deleted the account
                record_device(person=person, session=session, request=request)
        return response


class ProfileLocaleMiddleware:
    """Answers people in the language of their profile; others in their browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Switch before the view; `LocaleMiddleware` has chosen for everybody else by then."""
        if isinstance(request.user, User) and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class ClearSiteDataMiddleware:
    """Asks the browser of whoever signs out to forget pages, pictures and what a script stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Ask after the view; `accounts.receivers` notes whether it has signed somebody out."""
        response = self.get_response(request)
        if getattr(request, "has_signed_out", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
