"""Where allauth does for us what it does not do for others."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.hashers import make_password


class AccountAdapter(DefaultAccountAdapter):
    """allauth's, which takes as long for an address that has an account as for a new one."""

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the one who has the account, after as much work as making another would be."""
        make_password("of nobody")
        super().send_account_already_exists_mail(email)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Draws the QR code into the page: our pages allow no `data:` images."""

    def build_totp_svg(self, url: str) -> str:
        """Return the drawing as part of a page, without the declaration of a file."""
        drawn: str = super().build_totp_svg(url)
        return drawn[drawn.index("<svg") :]
