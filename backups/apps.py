"""The backups application."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Commands that write the whole site into one file and read it back."""

    name = "backups"
