from importlib import import_module

from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default = True

    def ready(self) -> None:
        import_module("accounts.receivers")


class DevicesConfig(UserSessionsConfig):
    """The app of devices; `accounts.receivers` list them, by digests of their sessions' keys."""

    def ready(self) -> None:
        """Connect none of allauth's receivers, which would store the keys."""
