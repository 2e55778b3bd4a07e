"""The emotions application."""

from django.apps import AppConfig


class EmotionsConfig(AppConfig):
    """People's captures and what was read from them."""

    name = "emotions"
