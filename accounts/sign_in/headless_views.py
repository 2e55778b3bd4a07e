"""Views of allauth's API for apps where its own accept too much, or stumble over it."""

from typing import Any

from allauth.headless.account import inputs, views
from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.usersessions import response
from allauth.headless.usersessions import views as usersessions
from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.devices import selectors, services
from accounts.devices.sessions import key_digest
from accounts.requests import person_of
from accounts.sign_in.code_forms import ConfirmCodeInput, RequestCodeInput
from accounts.sign_in.reauthentication import require_recent

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


class RequestCodeView(views.RequestLoginCodeView):
    """Asking for a code by email; strangers cannot use up what its owner may ask for."""

    input_class = RequestCodeInput


class ConfirmCodeView(views.ConfirmLoginCodeView):
    """Signing in with a code, of which the session has only the seed."""

    input_class = ConfirmCodeInput


class ChangePasswordView(views.ChangePasswordView):
    """Changing a password; without an old one, the app confirms first who sits there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person_of(request).has_usable_password():
            require_recent(request)
        return super().post(request, *args, **kwargs)


class SessionsResponse(response.SessionsResponse):
    """A person's devices, as allauth writes its sessions."""

    def _session_data(self, session: selectors.Device) -> dict[str, Any]:
        return {
            "user_agent": session.session.user_agent,
            "ip": session.address,
            "created_at": session.signed_in_at.timestamp(),
            "is_current": session.is_current,
            "id": session.id,
        }


class SessionsView(usersessions.SessionsView):
    """Listing and signing out devices, of whose sessions only digests are stored."""

    def _respond_session_list(self) -> SessionsResponse:
        request = self.request
        found = selectors.devices(
            person=person_of(request), current_key=request.session.session_key
        )
        return SessionsResponse(request, found)

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Sign devices out; for others than its own, the app confirms first who sits there."""
        current = key_digest(request.session.session_key or "")
        chosen = list(self.input.cleaned_data["sessions"])
        if any(device.session_key != current for device in chosen):
            require_recent(request)
        for device in chosen:
            services.sign_out_device(device=device)
        if any(device.session_key == current for device in chosen):
            logout(request)
            return AuthenticationResponse(request)
        return self._respond_session_list()
