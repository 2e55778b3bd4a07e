"""The emotions application."""

from importlib import import_module

from django.apps import AppConfig


class EmotionsConfig(AppConfig):
    """People's captures and what was read from them."""

    name = "emotions"

    def ready(self) -> None:
        """Connect the receivers."""
        for name in ("captures.receivers", "contributions.receivers", "model_quality.receivers"):
            import_module(f"emotions.{name}")
