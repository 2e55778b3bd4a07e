"""Adapters that change what allauth does."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from accounts.device_names import name_from_user_agent
from accounts.mail import sign_in_codes
from accounts.mail.outbox import queue_letter
from accounts.models import SecurityEvent, User
from accounts.security_log import record_event
from accounts.sign_in import sign_up
from accounts.sign_in.code_forms import person_to_sign_in
from common import encryption
from common.client_addresses import without_mapping

Kind = SecurityEvent.Kind
NOTIFIED = {
    "account/email/password_changed": Kind.PASSWORD_CHANGED,
    "account/email/password_reset": Kind.PASSWORD_RESET,
    "account/email/password_set": Kind.PASSWORD_SET,
    "account/email/email_added": Kind.ADDRESS_ADDED,
    "account/email/email_confirm": Kind.ADDRESS_CONFIRMED,
    "account/email/email_changed": Kind.ADDRESS_CHANGED,
    "account/email/email_deleted": Kind.ADDRESS_REMOVED,
    "account/email/new_device": Kind.SIGN_IN,
    "mfa/email/recovery_codes_generated": Kind.RECOVERY_CODES_MADE,
    "mfa/email/totp_activated": Kind.FACTOR_ADDED,
    "mfa/email/totp_deactivated": Kind.FACTOR_REMOVED,
    "mfa/email/webauthn_added": Kind.FACTOR_ADDED,
    "mfa/email/webauthn_removed": Kind.FACTOR_REMOVED,
}
"""What the emails that tell of a change tell of."""


class AccountAdapter(DefaultAccountAdapter):
    """Queues emails, and spends as much time on a taken address as on a new one.

    Wrong passwords count for who types them: with a count for each account, anybody could close
    anybody's.
    """

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address of the client; allauth counts those of IPv6 by their /64."""
        return without_mapping(super().get_client_ip(request))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return sign_up.is_open(request)

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Use up the invitation with which somebody signs up, where it takes one.

        Raises:
            PermissionDenied: Somebody else was faster with the same link.
        """
        if not sign_up.redeem(request):
            raise PermissionDenied
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue an email, so that no request waits for a mail server or fails with it."""
        if template_prefix == "account/email/login_code":
            context = {"user": person_to_sign_in(email), "code_seed": context["code"]}
        queue_letter(
            template=template_prefix, email=email, person=context.get("user"), context=context
        )

    def generate_login_code(self) -> str:
        """Return a seed, from which the code is computed only where it is sent or compared."""
        return sign_in_codes.new_seed()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Record a change to an account, and tell its person at the old and the new address."""
        facts = {name: str(value) for name, value in (context or {}).items()}
        context_data: dict[str, Any] = {**facts, "user": user}
        kind = NOTIFIED.get(template_prefix)
        with transaction.atomic():
            if kind:
                context_data["event"] = record_event(person=user, kind=kind, **facts).pk
            super().send_notification_mail(template_prefix, user, context_data, email)
            if kind == Kind.ADDRESS_CHANGED:
                super().send_notification_mail(
                    template_prefix, user, context_data, facts["to_email"]
                )

    def send_account_already_exists_mail(self, email: str) -> None:
        """Hash a password first, as creating an account would, so that timing reveals nothing."""
        make_password("unused")
        super().send_account_already_exists_mail(email)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed sign-ins for each account and each network that they come from."""
        account: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{get_ip(request)}"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts secrets, names things for people, and inlines the QR code.

    The policy forbids `data:` images.
    """

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Return the `<svg>` element without the XML declaration."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """Name a new passkey for the device that it is made on."""
        return name_from_user_agent(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the site as authenticator apps do; passkeys work on the host that made them."""
        return {
            **super().get_public_key_credential_rp_entity(),
            "name": settings.MFA_TOTP_ISSUER,
        }
