"""The accounts application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their consents and preferences."""

    name = "accounts"
