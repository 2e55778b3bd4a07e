"""Passkeys (WebAuthn): forms that read what browsers answer.

Every answer is checked before the libraries that verify it see it. They take a number in place of
bytes for a length, so a few characters from anybody could ask for gigabytes of memory, and they
fail with errors of many kinds.
"""

import re
import struct
from base64 import urlsafe_b64decode
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2 import cbor
from fido2.webauthn import AuthenticatorData

from common.json_documents import parse_json

MAX_PASSKEYS = 20
MAX_NAME_LENGTH = 80
MAX_ANSWER_LENGTH = 16_384  # browsers send one to four thousand characters
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError),
    *(TypeError, ValueError, struct.error),
)
"""What reading an answer that is none can raise."""


class AnswerField(forms.CharField):
    """What a browser answers to a challenge, as JSON; its value is only what verification needs."""

    widget = forms.HiddenInput

    def __init__(self, *parts: str) -> None:
        super().__init__(max_length=MAX_ANSWER_LENGTH)
        self.parts = parts

    def clean(self, value: Any) -> dict[str, Any]:
        text: str = super().clean(value)
        try:
            return checked_answer(parse_json(text.encode()), parts=self.parts)
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


def checked_answer(answer: Any, *, parts: tuple[str, ...]) -> dict[str, Any]:
    """Return an answer reduced to its identifier and the given parts of its response.

    Raises:
        One of `UNREADABLE`: it is none.
    """
    response = {part: base64url(answer["response"][part]) for part in parts}
    client_data = parse_json(decoded(response["clientDataJSON"]))
    for name in ("type", "challenge", "origin"):
        if not isinstance(client_data[name], str):
            raise TypeError(name)
    if "attestationObject" in response:
        check_public_key(decoded(response["attestationObject"]))
    return {
        "id": base64url(answer["id"]),
        "rawId": base64url(answer["rawId"]),
        "type": "public-key",
        "response": response,
    }


def check_public_key(attestation: bytes) -> None:
    """Check that signatures can be verified by the key of a new passkey.

    Raises:
        One of `UNREADABLE`: they cannot.
    """
    content: Any = cbor.decode(attestation)
    if not isinstance(content["authData"], bytes):
        raise TypeError("authData")
    credential: Any = AuthenticatorData(content["authData"]).credential_data
    try:
        credential.public_key.verify(b"", b"")
    except InvalidSignature:
        return


def base64url(text: Any) -> str:
    """Return a text if it is base64url without padding.

    Raises:
        TypeError, ValueError: it is not.
    """
    if not BASE64URL.fullmatch(text):
        raise ValueError("base64url")
    return str(text)


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """Adds a passkey, with which its person can sign in without a password."""

    name = forms.CharField(label=_("Its name"), max_length=MAX_NAME_LENGTH, required=False)
    credential = AnswerField("clientDataJSON", "attestationObject")
    passwordless = None

    def clean(self) -> dict[str, Any]:
        theirs = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN)
        if theirs.count() >= MAX_PASSKEYS:
            raise forms.ValidationError(
                _("You have %(count)s passkeys, which is the maximum. Remove one first."),
                params={"count": MAX_PASSKEYS},
            )
        # So that it asks for a finger, a face or a PIN, which makes it two factors in one.
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("Its name"), max_length=MAX_NAME_LENGTH)


class SignInForm(webauthn.LoginWebAuthnForm):
    """Signs in by a passkey alone, which also says whose it is."""

    credential = AnswerField("clientDataJSON", "authenticatorData", "signature", "userHandle")


class SecondFactorForm(webauthn.AuthenticateWebAuthnForm):
    """Takes a passkey after the password."""

    credential = AnswerField("clientDataJSON", "authenticatorData", "signature")


class ConfirmationForm(webauthn.ReauthenticateWebAuthnForm):
    """Takes a passkey before something that matters is changed."""

    credential = AnswerField("clientDataJSON", "authenticatorData", "signature")
