"""Template filters for moments."""

from django import template
from django.contrib.messages.storage.base import Message

from emotions.captures.wording import UNDO

register = template.Library()


@register.filter
def undo(message: Message) -> list[str]:
    """Return the UUIDs of the captures whose deletion a message is about."""
    tags = (message.extra_tags or "").split()
    return tags[1:] if tags[:1] == [UNDO] else []
