"""The app of machine learning: inference, training and the registry of model versions."""

from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate


def register_bundled_model(using: str, **_: Any) -> None:
    from ml.registry import register_bundled  # noqa: PLC0415 - needs the models

    if using == DEFAULT_DB_ALIAS:
        register_bundled()


class MlConfig(AppConfig):
    name = "ml"

    def ready(self) -> None:
        post_migrate.connect(register_bundled_model, sender=self)
