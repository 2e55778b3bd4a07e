"""Changing, merging and deleting tags.

Captures name their tags, so they count as changed when one of these is renamed, merged or deleted.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypedDict

from django.db import transaction

from accounts.models import User
from accounts.services import next_sequence
from common.text_keys import word_key
from emotions.captures.errors import StaleError
from emotions.captures.locking import number_from, take_offset
from emotions.captures.selectors import find_tags
from emotions.captures.storing import record_tags_changed
from emotions.models import Capture, Tag
from emotions.tags.errors import SameTagError, TagExistsError
from emotions.tags.signals import tag_name_changing


class TagChanges(TypedDict, total=False):
    """What to change; what is not named stays as it is.

    Attributes:
        colour: empty for none.
        sign: one emoji or letter; empty for none.
    """

    name: str
    colour: Tag.Colour | str
    sign: str


@contextmanager
def lock_tag(tag: Tag, *, expected: int | None = None) -> Iterator[Tag]:
    """Yield a tag as it is now, with the owner's next sequence number, to be saved.

    The owner's row is locked until the block ends, and with it all of their tags and captures.

    Args:
        expected: the sequence number that the caller read; None where any will do.

    Raises:
        StaleError: the tag has changed since, or is gone.
    """
    with transaction.atomic():
        sequence = next_sequence(person=tag.owner)
        current = Tag.objects.select_related("owner").filter(pk=tag.pk).first()
        if current is None or expected not in (None, current.sequence):
            raise StaleError
        current.sequence = sequence
        yield current
        record_tags_changed(owner=tag.owner)


def renumber_tagged(tag: Tag, *, name: str, becomes: str | None) -> None:
    """Give the captures of a locked tag new sequence numbers, because its name becomes another."""
    captures = Capture.objects.filter(tags=tag)
    offset = take_offset(captures, owner=tag.owner)
    tag_name_changing.send(
        sender=Tag,
        owner=tag.owner,
        captures=captures,
        offset=offset,
        name=name,
        becomes=becomes,
    )
    if offset is not None:
        number_from(captures, offset)


def edit_tag(*, tag: Tag, changes: TagChanges, expected: int | None = None) -> Tag:
    """Change a tag and return it.

    Raises:
        StaleError: it changed since it had the number `expected`, or is gone.
        TagExistsError: another tag has that name.
    """
    with lock_tag(tag, expected=expected) as current:
        before = current.name
        for field in ("name", "colour", "sign"):
            if field in changes:
                setattr(current, field, changes[field])
        if word_key(current.name) != word_key(before):
            same = find_tags(owner=current.owner, name=current.name)
            if other := Tag.objects.filter(pk__in=same).exclude(pk=current.pk).first():
                raise TagExistsError(other)
        current.save()
        if current.name != before:
            renumber_tagged(current, name=before, becomes=current.name)
    return current


def merge_tags(*, tag: Tag, into: Tag, expected: int | None = None) -> Tag:
    """Give every capture with a tag another one instead, delete the first and return the other.

    Raises:
        SameTagError: they are the same.
        StaleError: the first changed since it had the number `expected`, or one of them is gone.
    """
    if tag.pk == into.pk:
        raise SameTagError
    links = Capture.tags.through.objects
    with lock_tag(tag, expected=expected) as current:
        kept = Tag.objects.filter(pk=into.pk, owner=current.owner).first()
        if kept is None:
            raise StaleError
        # Before: afterwards nothing tells which captures had it.
        renumber_tagged(current, name=current.name, becomes=kept.name)
        have_both = links.filter(tag=kept).values("capture")
        links.filter(tag=current, capture__in=have_both).delete()
        links.filter(tag=current).update(tag=kept)
        current.delete()
    return kept


def delete_tag(*, tag: Tag, expected: int | None = None) -> None:
    """Delete a tag; the captures that had it stay.

    Raises:
        StaleError: it changed since it had the number `expected`, or is gone.
    """
    with lock_tag(tag, expected=expected) as current:
        renumber_tagged(current, name=current.name, becomes=None)
        current.delete()


def mark_tags(*, owner: User, marks: Mapping[str, TagChanges]) -> None:
    """Give those of the owner's tags that have neither a colour nor a sign the given ones.

    Args:
        marks: colours and signs by name; those of tags that the owner does not have are ignored.
    """
    wanted = {word_key(name): changes for name, changes in marks.items()}
    plain = Tag.objects.filter(owner=owner, key__in=wanted, colour="", sign="")
    if not wanted or not plain.exists():
        return
    with transaction.atomic():
        sequence = next_sequence(person=owner)
        for tag in plain:
            changes = wanted[tag.key or ""]
            tag.colour, tag.sign, tag.sequence = changes["colour"], changes["sign"], sequence
            tag.save()
        record_tags_changed(owner=owner)
