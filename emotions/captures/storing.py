"""Writing the rows of a capture, whatever way it came in."""

from collections.abc import Iterable, Sequence

from accounts.models import User
from accounts.services import next_sequence
from common.text_keys import word_key
from emotions.models import Capture, Detection, Preferences, Tag
from emotions.pictures.storage import SavedPictures
from emotions.quotas.claims import claim_pictures, claim_tags


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
        wanted = {word_key(name): name for name in reversed(names)}
        if not wanted:
            return []
        latest = Preferences.objects.filter(owner=self.owner).values_list(
            "tags_sequence", flat=True
        )
        sequence = latest.first() or 0
        # An earlier version of the software makes tags without counting it as a change of them.
        if sequence != self.sequence or not wanted.keys() <= self.keys.keys():
            self.read()
            self.sequence = sequence
        missing = {key: name for key, name in wanted.items() if key not in self.keys}
        claim_tags(known=len(self.keys), new=len(missing))
        made = Tag.objects.bulk_create(
            Tag(owner=self.owner, name=name, key=key) for key, name in missing.items()
        )
        if made:
            record_tags_changed(owner=self.owner)
        keys = self.keys | dict(zip(missing, (tag.pk for tag in made), strict=True))
        return [keys[key] for key in wanted]


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
    known_tags: KnownTags | None = None,
) -> None:
    """Write a new capture, its tags and its detections; call it inside a transaction.

    Args:
        detections: of this capture, not stored yet.
        known_tags: the owner's; read where None.

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
        set_tags(capture, tags, known_tags)
    Detection.objects.bulk_create(detections)


def set_tags(capture: Capture, names: Sequence[str], known: KnownTags | None = None) -> None:
    """Give a capture these tags of its owner and no others; capitals make no difference.

    Raises:
        TagsQuotaError: the owner may not have that many.
    """
    known = known or KnownTags(capture.owner)
    capture.tags.set(known.keys_of(names))
