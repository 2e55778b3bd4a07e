"""The app of backups: one archive of everything, written and restored."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "backups"
