"""What sign-up does where allauth would tell by its haste."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import make_password


class AccountAdapter(DefaultAccountAdapter):
    """allauth's, which takes as long for an address that has an account as for a new one."""

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the one who has the account, after as much work as making another would be."""
        make_password("of nobody")
        super().send_account_already_exists_mail(email)
