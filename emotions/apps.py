from importlib import import_module

from django.apps import AppConfig


class EmotionsConfig(AppConfig):
    name = "emotions"

    def ready(self) -> None:
        for name in ("captures", "contributions", "model_quality", "quotas", "transfer"):
            import_module(f"emotions.{name}.receivers")
