"""The accounts application."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their consents and preferences."""

    name = "accounts"

    def ready(self) -> None:
        """Connect the receivers."""
        import_module("accounts.receivers")
