"""An app that signs people in, for tests."""

import json
import re
import time
from collections.abc import Callable
from typing import Any, Self

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import PASSWORD
from tests.jobs import run_jobs

PREFIX = "/api/auth/app/v1/"
TOTP = "account/authenticators/totp"
SECOND = "second@example.org"


class App:
    """An app in the hands of a person whose password is `PASSWORD`.

    Methods that prepare something return the app itself.
    """

    def __init__(self, owner: User, settings: Settings) -> None:
        self.owner, self.settings = owner, settings
        self.headers: dict[str, str] = {}
        self.secret = ""

    def ask(self, method: str, route: str, body: Any = None, **headers: str) -> Any:
        """Send a request, and go on with the session token of the answer."""
        answer: Any = APIClient().generic(
            method,
            PREFIX + route,
            "" if body is None else json.dumps(body),
            "application/json",
            headers=self.headers | headers,
        )
        if token := answer.json().get("meta", {}).get("session_token"):
            self.headers = {"X-Session-Token": token}
        return answer

    def post(self, route: str, **body: Any) -> Any:
        return self.ask("POST", route, body)

    def signs_in(self, password: str = PASSWORD) -> Any:
        return self.post("auth/login", email=self.owner.email, password=password)

    def signed_in(self) -> Self:
        assert self.signs_in().status_code == 200
        return self

    def confirmed(self) -> Self:
        """Let the person have confirmed who they are."""
        self.signed_in()
        assert self.post("auth/reauthenticate", password=PASSWORD).status_code == 200
        return self

    def with_factor(self) -> Self:
        """Let the person have confirmed who they are, and added an authenticator app."""
        self.confirmed()
        self.secret = self.ask("GET", TOTP).json()["meta"]["secret"]
        assert self.post(TOTP, code=self.code()).status_code == 200
        return self

    def code(self, steps: int = 0) -> str:
        """Return what the authenticator app shows so many half minutes from now."""
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30 + steps))

    def half_signed_in(self) -> Self:
        """Let the second factor be missing."""
        self.with_factor().forget()
        assert self.signs_in().status_code == 401
        return self

    def forget(self) -> Self:
        self.headers = {}
        return self

    def with_addresses(self, *, verified: bool = True) -> Self:
        """Let the person have two addresses."""
        owner = self.owner
        EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
        EmailAddress.objects.create(user=owner, email=SECOND, verified=verified)
        return self

    def asked_for_code(self) -> Self:
        """Let a code be waited for."""
        assert self.post("auth/code/request", email=self.owner.email).status_code == 401
        return self

    def emailed(self, pattern: str) -> str:
        """Return what the latest email has in the place of a group."""
        run_jobs()
        found = re.search(pattern, str(mail.outbox[-1].body))
        assert found
        return found[1]

    def password_key(self) -> str:
        self.post("auth/password/request", email=self.owner.email)
        return self.emailed("/password/reset/key/([^/]+)/")

    def email_key(self) -> str:
        assert self.ask("PUT", "account/email", {"email": SECOND}).status_code == 200
        return self.emailed("/confirm-email/([^/]+)/")

    def device(self) -> int:
        """Return the id of the latest sign-in."""
        return UserSession.objects.latest("pk").pk

    def often(self, call: Callable[[], Any]) -> Any:
        """Return the first answer that is not like the ones before."""
        first = call()
        for _ in range(30):
            if (answer := call()).status_code != first.status_code:
                return answer
        return first
