from importlib import import_module

from django.apps import AppConfig


class EmotionsConfig(AppConfig):
    name = "emotions"

    def ready(self) -> None:
        for name in (
            *("captures.receivers", "contributions.receivers", "model_quality.receivers"),
            "quotas.receivers",
        ):
            import_module(f"emotions.{name}")
