"""Template tags and filters for moments."""

from django import template
from django.contrib.messages.storage.base import Message
from django.urls import reverse

from emotions.captures.wording import UNDO
from emotions.models import Capture
from emotions.pictures.responses import picture_version

register = template.Library()


@register.filter
def undo(message: Message) -> list[str]:
    """Return the UUIDs of the captures whose deletion a message is about."""
    tags = (message.extra_tags or "").split()
    return tags[1:] if tags[:1] == [UNDO] else []


@register.simple_tag
def photo_url(capture: Capture) -> str:
    """Return the address of the whole photo, which changes with it; empty where none is kept."""
    if not capture.photo:
        return ""
    version = picture_version(capture.photo)
    return reverse("emotions:capture_photo", args=[capture.uuid, version])


@register.simple_tag
def thumbnail_url(capture: Capture) -> str:
    """Return the address of a small picture, which changes with it."""
    version = picture_version(capture.small_picture)
    return reverse("emotions:capture_thumbnail", args=[capture.uuid, version])
