"""Views of allauth's API for apps where its own stumble over what they are sent."""

from typing import Any

from allauth.headless.account import inputs, views
from allauth.headless.internal.restkit.response import ErrorResponse
from django import forms
from django.http import HttpRequest, HttpResponse

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
