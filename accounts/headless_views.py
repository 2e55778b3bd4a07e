"""Views of allauth's API for apps where its own accept too much, or stumble over it."""

from typing import Any

from allauth.headless.account import inputs, views
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.usersessions import views as usersessions
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.reauthentication import require_recent
from accounts.requests import person_of

KEY_WITH_PERSON = r"^[0-9A-Za-z]+-."


class ResetKeyInput(inputs.ResetPasswordKeyInput):
    """The key of a link to reset a password, which begins with whose it is."""

    key = forms.RegexField(KEY_WITH_PERSON)


class ResetPasswordInput(inputs.ResetPasswordInput):
    """Such a key, and the new password."""

    key = forms.RegexField(KEY_WITH_PERSON)


class ResetPasswordView(views.ResetPasswordView):
    """Resetting a password; keys that name nobody are refused instead of failing."""

    input_class = ResetPasswordInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell whether a key is valid."""
        key = ResetKeyInput({"key": request.headers.get("X-Password-Reset-Key", "")})
        if not key.is_valid():
            return ErrorResponse(request, input=key)
        return super().get(request, *args, **kwargs)


class ChangePasswordView(views.ChangePasswordView):
    """Changing a password; without an old one, the app confirms first who sits there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person_of(request).has_usable_password():
            require_recent(request)
        return super().post(request, *args, **kwargs)


class SessionsView(usersessions.SessionsView):
    """Signing devices out; for others than its own, the app confirms first who sits there."""

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not all(session.is_current() for session in self.input.cleaned_data["sessions"]):
            require_recent(request)
        return super().delete(request, *args, **kwargs)
