"""JSON representations of the texts that people consent to."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class ConsentTextQuerySerializer(serializers.Serializer[Any]):
    """Which language is wanted."""

    language = serializers.ChoiceField(
        settings.LANGUAGES,
        required=False,
        help_text=_("By default, the one that Accept-Language asks for."),
    )


class ConsentTextSerializer(serializers.Serializer[Any]):
    """The current text for one kind of consent, to be shown before it is given."""

    kind = serializers.CharField(help_text=_("use or improve; others may be added."))
    version = serializers.CharField(
        help_text=_("Send it with the consent; it changes whenever the text does.")
    )
    language = serializers.CharField(help_text=_("The language of the text."))
    title = serializers.CharField(help_text=_("A heading."))
    text = serializers.CharField(
        help_text=_("Markdown with second-level headings, paragraphs and lists.")
    )
    statement = serializers.CharField(
        help_text=_("What the person agrees to, for the label of a checkbox.")
    )
