"""Asking for a code by email, and signing in with it, on pages and in allauth's API."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.headless.account import inputs

from accounts.mail.sign_in_codes import code_of
from accounts.models import User


def person_to_sign_in(email: str) -> User | None:
    """Return whom a code to this address signs in; None if it belongs to nobody."""
    found = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    return next(iter(found), None)


class RequestCodeMixin:
    """Counts requests for each address and each network that they come from.

    With a count for the address alone, anybody could keep its owner from signing in.
    """

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        asker = get_ip(context.request)
        if not ratelimit.consume(
            context.request, action="request_login_code", key=f"{email.lower()}:{asker}"
        ):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = person_to_sign_in(email)
        return email


class RequestCodeForm(RequestCodeMixin, forms.RequestLoginCodeForm):
    """The form of the page."""


class RequestCodeInput(RequestCodeMixin, inputs.RequestLoginCodeInput):
    """The input of the API."""


class ConfirmCodeMixin:
    """Compares what is typed with the code of the seed in the session; nobody's session has one."""

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        kwargs["code"] = code and code_of(code)
        super().__init__(*args, **kwargs)


class ConfirmCodeForm(ConfirmCodeMixin, forms.ConfirmLoginCodeForm):
    """The form of the page."""


class ConfirmCodeInput(ConfirmCodeMixin, inputs.ConfirmLoginCodeInput):
    """The input of the API."""
