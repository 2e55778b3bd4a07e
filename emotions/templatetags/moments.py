"""What templates ask about moments."""

from django import template
from django.contrib.messages.storage.base import Message

register = template.Library()

UNDO = "undo"


@register.filter
def undo(message: Message) -> list[str]:
    """Return the UUIDs of what a message says was deleted, so that it can be brought back."""
    tags = (message.extra_tags or "").split()
    return tags[1:] if tags[:1] == [UNDO] else []
