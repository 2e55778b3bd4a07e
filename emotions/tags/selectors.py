"""Queries about the tags of one person."""

from django.db.models import QuerySet

from accounts.models import User
from common.text_keys import search_key
from emotions.captures import selectors
from emotions.captures.selectors import UsedTag
from emotions.models import Tag


def own_tags(*, owner: User) -> QuerySet[Tag]:
    """Return the owner's tags; nobody else's can be reached through it."""
    return Tag.objects.filter(owner=owner).select_related("owner")


def find_used_tags(*, owner: User, words: str = "") -> list[UsedTag]:
    """Return the owner's tags whose name has some text, unused ones too, most used first."""
    wanted = search_key(words)
    found = selectors.tags(owner=owner, unused=True)
    return [used for used in found if wanted in search_key(used.name)]


def count_uses(*, tag: Tag) -> int:
    """Return how many captures have a tag, those in the trash left out."""
    return tag.captures.filter(deleted_at=None).count()
