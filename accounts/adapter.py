"""Adapters that change what allauth does."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.hashers import make_password


class AccountAdapter(DefaultAccountAdapter):
    """Spends as much time on a taken address as on a new one, so that timing reveals nothing."""

    def send_account_already_exists_mail(self, email: str) -> None:
        """Hash a password first, as creating an account would, then notify the account's owner."""
        make_password("unused")
        super().send_account_already_exists_mail(email)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Inlines the QR code, since the content security policy forbids `data:` images."""

    def build_totp_svg(self, url: str) -> str:
        """Return the `<svg>` element without the XML declaration."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]
