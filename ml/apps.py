"""The ml application: networks, datasets and the registry of trained versions."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def register_bundled_model(**_: Any) -> None:
    """Enter the network that ships with the code into the registry."""
    from ml.registry import register_bundled  # noqa: PLC0415 - models are loaded by now, not before

    register_bundled()


class MlConfig(AppConfig):
    """Everything that knows about faces, networks and datasets, and knows no user."""

    name = "ml"

    def ready(self) -> None:
        """Register the bundled network after every migrate."""
        post_migrate.connect(register_bundled_model, sender=self)
