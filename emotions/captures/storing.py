"""Writing the rows of a capture, whatever way it came in."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from accounts.models import User
from accounts.services import next_sequence
from common.text_keys import search_key, word_key
from emotions.models import Capture, Detection, Preferences, Tag
from emotions.pictures.storage import SavedPictures
from emotions.quotas.claims import claim_pictures
from emotions.quotas.errors import TagsQuotaError


class KnownTags:
    """The tags of one person, read for many captures and again whenever they have changed."""

    def __init__(self, owner: User) -> None:
        self.owner = owner
        self.keys: dict[str, int] = {}
        self.sequence = -1

    def read(self) -> None:
        """Read which tags there are."""
        rows = Tag.objects.filter(owner=self.owner).values_list("name", "pk")
        self.keys = {word_key(name): pk for name, pk in rows}

    def keys_of(self, names: Sequence[str]) -> list[int]:
        """Return the primary keys of tags, capitals making no difference, and make missing ones.

        Call it while the owner's row is locked, and after it has taken a sequence number.

        Raises:
            TagsQuotaError: the owner may not have that many.
        """
        (keys,) = self.keys_of_each([names])
        if keys is None:
            raise TagsQuotaError
        return keys

    def keys_of_each(self, lists: Sequence[Sequence[str]]) -> list[list[int] | None]:
        """Return what `keys_of` does of each list, or None where there is no room for its tags."""
        wanted = [{word_key(name): name for name in reversed(names)} for names in lists]
        self.refresh({key for names in wanted for key in names})
        room = settings.QUOTAS["tags"] - len(self.keys)
        missing: dict[str, str] = {}
        fits = []
        for names in wanted:
            new = {
                key: name
                for key, name in names.items()
                if key not in self.keys and key not in missing
            }
            fits.append(not new or len(missing) + len(new) <= room)
            missing |= new if fits[-1] else {}
        made = Tag.objects.bulk_create(
            Tag(owner=self.owner, name=name, key=key) for key, name in missing.items()
        )
        if made:
            record_tags_changed(owner=self.owner)
        keys = self.keys | dict(zip(missing, (tag.pk for tag in made), strict=True))
        return [
            [keys[key] for key in names] if fit else None
            for names, fit in zip(wanted, fits, strict=True)
        ]

    def refresh(self, wanted: set[str]) -> None:
        """Read which tags there are, if they have changed or one that is wanted is not known."""
        if not wanted:
            return
        latest = Preferences.objects.filter(owner=self.owner).values_list(
            "tags_sequence", flat=True
        )
        sequence = latest.first() or 0
        # An earlier version of the software makes tags without counting it as a change of them.
        if sequence != self.sequence or not wanted <= self.keys.keys():
            self.read()
            self.sequence = sequence


def record_tags_changed(*, owner: User) -> None:
    """Let apps know by their next change that the list of tags is another one.

    Call it while the owner's row is locked, and after it has taken a sequence number.
    """
    latest = User.objects.values_list("sequence", flat=True).get(pk=owner.pk)
    Preferences.objects.update_or_create(owner=owner, defaults={"tags_sequence": latest})


def insert_capture(
    capture: Capture,
    *,
    pictures: SavedPictures,
    tags: Sequence[str],
    detections: Iterable[Detection],
) -> None:
    """Write a new capture, its tags and its detections; call it inside a transaction.

    Args:
        detections: of this capture, not stored yet.

    Raises:
        PicturesQuotaError: there is no room for its pictures.
        TagsQuotaError: the owner may not have that many tags.
    """
    capture.sequence = next_sequence(person=capture.owner)
    claim_pictures(owner=capture.owner, size=pictures.size)
    for field, name in pictures.items():
        setattr(capture, field, name)
    capture.picture_bytes = pictures.size
    capture.save(force_insert=True)
    if tags:
        set_tags(capture, tags)
    Detection.objects.bulk_create(detections)


def set_tags(capture: Capture, names: Sequence[str]) -> None:
    """Give a capture these tags of its owner and no others; capitals make no difference.

    Raises:
        TagsQuotaError: the owner may not have that many.
    """
    capture.tags.set(KnownTags(capture.owner).keys_of(names))


def insert_captures(captures: Sequence[Capture], detections: Sequence[Detection]) -> None:
    """Write new captures with their detections in a few queries, however many they are.

    Call it while the owner's row is locked. They have their sequence numbers, and no tags yet.
    """
    for capture in captures:
        capture.note_key = search_key(capture.note)
    Capture.objects.bulk_create(captures)
    Detection.objects.bulk_create(detections)


def set_tags_of_each(captures: Sequence[Capture], keys: Sequence[Sequence[int]]) -> None:
    """Give captures these tags, by their primary keys, and no others, in two queries."""
    links = Capture.tags.through.objects
    links.filter(capture__in=captures).delete()
    links.bulk_create(
        links.model(capture=capture, tag_id=key)
        for capture, tags in zip(captures, keys, strict=True)
        for key in tags
    )
