"""Import of some entries of a history at once: each whole or not at all, and never twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.consents import has_consent
from accounts.models import Consent, User
from accounts.services import next_sequences
from common.imaging.geometry import Box
from common.time_zones import day_of
from emotions.captures.editing import is_empty
from emotions.captures.storing import KnownTags, insert_captures, set_tags_of_each
from emotions.models import Capture, Detection, Import, ImportedMoment
from emotions.pictures.removal import delete_files, delete_files_on_error
from emotions.pictures.storage import SavedPictures
from emotions.quotas.claims import claim_imported_moments, claim_pictures
from emotions.quotas.errors import ImportedQuotaError, PicturesQuotaError
from emotions.quotas.usage import imported_moments_left
from emotions.quotas.wording import no_room_for_pictures, too_many_tags
from emotions.transfer.entry_pictures import save_entry_pictures
from emotions.transfer.matching import KnownCaptures, Outcome
from emotions.transfer.readers import Entry, EntryError, EntryFace, ParsedEntry, Refusal
from emotions.transfer.updating import update_captures
from ml import registry
from ml.inference.predictor import Face
from ml.models import ModelVersion

Result = Outcome | Refusal


@dataclass(frozen=True, slots=True)
class Write:
    """An entry that a capture is to say.

    Attributes:
        index: the place of its entry among those of the batch.
        capture: not stored yet, or the one to update.
        tombstone: what a new one replaces under its UUID; apps learn of it as of a change.
        tags: their primary keys, once they are known.
    """

    index: int
    entry: Entry
    capture: Capture
    tombstone: Capture | None = None
    tags: Sequence[int] = ()


def import_entries(
    *,
    job: Import,
    entries: Sequence[ParsedEntry],
    known_tags: KnownTags,
    on_read: Callable[[Sequence[Result]], None],
) -> int:
    """Import the first of some entries, in a few queries, and return how many that were.

    It ends before an entry with pictures, unless that is the first one; before an entry for which
    it matters what becomes of an earlier one; and where no more may be imported today.

    What is here already or was deleted here stays as it is. What an import brought that was undone
    may come again. What says something else in the file is updated where the person wants that.

    Args:
        on_read: called in the transaction that writes them, with what became of each.

    Raises:
        ImportedQuotaError: the first one is over what may be imported today; nothing was written.
    """
    first, *others = entries
    batch = Batch(job, [first, *takewhile(lambda entry: not has_pictures(entry), others)])
    saved = SavedPictures()
    if isinstance(first, Entry) and first.pictures:
        try:
            saved = batch.save_pictures(first)
        except EntryError as error:
            on_read([Refusal(first.place, str(error))])
            return 1
    with delete_files_on_error(saved.values()):
        with transaction.atomic():
            User.objects.select_for_update().get(pk=job.owner_id)
            batch.match(saved)
            batch.write(known_tags)
            on_read(batch.results)
        if batch.results[0] != Outcome.NEW:  # It came or was deleted meanwhile.
            delete_files(saved.values())
    return len(batch.results)


def has_pictures(entry: ParsedEntry) -> bool:
    return isinstance(entry, Entry) and bool(entry.pictures)


class Batch:
    """Entries that are written together.

    Attributes:
        results: what becomes of the first entries: of all that were matched.
    """

    def __init__(self, job: Import, entries: Sequence[ParsedEntry]) -> None:
        self.job = job
        self.owner = job.owner
        self.entries = entries
        self.results: list[Result] = []
        self.new: list[Write] = []
        self.changed: list[Write] = []
        self.may_keep_faces: bool | None = None
        self.versions: dict[str, dict[str, ModelVersion | str]] = {}

    def save_pictures(self, entry: Entry) -> SavedPictures:
        """Save the pictures of an entry, if it is new.

        Raises:
            EntryError: it cannot be imported.
        """
        outcome, _existing = KnownCaptures.load(self.owner, [entry]).match(entry)
        if outcome != Outcome.NEW:
            return SavedPictures()
        self.build_capture(entry)
        return save_entry_pictures(self.owner, entry)

    def match(self, saved: SavedPictures) -> None:
        """Say what becomes of the first entries; call it while the owner's row is locked.

        Args:
            saved: the pictures of the first one.

        Raises:
            ImportedQuotaError: as many moments as can be were imported today before the first one.
        """
        known = KnownCaptures.load(self.owner, [e for e in self.entries if isinstance(e, Entry)])
        left = imported_moments_left(owner=self.owner)
        written: set[UUID | None] = set()
        for index, entry in enumerate(self.entries):
            if isinstance(entry, Refusal):
                self.results.append(entry)
                continue
            outcome, existing = known.match(entry)
            if {entry.uuid, existing.uuid if existing else None} & written:
                break
            if outcome == Outcome.NEW:
                try:
                    capture = self.build_capture(entry, saved if index == 0 else SavedPictures())
                except EntryError as error:
                    self.results.append(Refusal(entry.place, str(error)))
                    continue
                if len(self.new) == left:
                    break
                self.new.append(Write(index, entry, capture, tombstone=existing))
                written.add(entry.uuid)
            elif outcome == Outcome.CHANGED and existing:
                outcome = Outcome.UPDATED if self.job.update else Outcome.ALREADY_THERE
                if self.job.update:
                    self.changed.append(Write(index, entry, existing))
                    written.add(existing.uuid)
            self.results.append(outcome)
        if not self.results:
            raise ImportedQuotaError

    def build_capture(self, entry: Entry, pictures: SavedPictures | None = None) -> Capture:
        """Return an entry as an unsaved capture.

        Args:
            pictures: None where they are not saved yet.

        Raises:
            EntryError: it says nothing, it shows a face without consent, or there is no room for
                its pictures.
        """
        if entry.faces or entry.pictures:
            self.require_consent()
        capture = build_capture(self.owner, entry)
        if pictures:
            try:
                claim_pictures(owner=self.owner, size=pictures.size)
            except PicturesQuotaError as error:
                raise EntryError(no_room_for_pictures()) from error
            for field, name in pictures.items():
                setattr(capture, field, name)
        capture.picture_bytes = pictures.size if pictures else 0
        return capture

    def require_consent(self) -> None:
        if self.may_keep_faces is None:
            self.may_keep_faces = has_consent(person=self.owner, kind=Consent.Kind.USE)
        if not self.may_keep_faces:
            raise EntryError(_("Expected your consent before readings of a face are saved."))

    def write(self, known_tags: KnownTags) -> None:
        """Write what is new or to be updated, and refuse what there is no room for."""
        count = len(self.new) + len(self.changed)
        if not count:
            return
        numbers = iter(next_sequences(person=self.owner, count=count))
        if new := self.with_tags(self.new, known_tags):
            self.insert(new, numbers)
        if changed := self.with_tags(self.changed, known_tags):
            update_captures(
                self.job,
                [write.capture for write in changed],
                [write.entry for write in changed],
                tags=[write.tags for write in changed],
                numbers=numbers,
            )

    def with_tags(self, writes: Sequence[Write], known_tags: KnownTags) -> list[Write]:
        """Return those that the owner may have the tags of, with these; refuse the others."""
        keys_of_each = known_tags.keys_of_each([write.entry.tags for write in writes])
        tagged = []
        for write, keys in zip(writes, keys_of_each, strict=True):
            if keys is None:
                self.results[write.index] = Refusal(write.entry.place, too_many_tags())
            else:
                tagged.append(replace(write, tags=keys))
        return tagged

    def insert(self, writes: Sequence[Write], numbers: Iterator[int]) -> None:
        if tombstones := [write.tombstone.pk for write in writes if write.tombstone]:
            Capture.objects.filter(pk__in=tombstones).delete()
        captures = [write.capture for write in writes]
        for capture, number in zip(captures, numbers, strict=False):
            capture.sequence = number
        insert_captures(
            captures,
            [self.build_detection(face, one.capture) for one in writes for face in one.entry.faces],
        )
        set_tags_of_each(captures, [write.tags for write in writes])
        claim_imported_moments(owner=self.owner, count=len(writes))
        ImportedMoment.objects.bulk_create(
            ImportedMoment(job=self.job, capture=capture, sequence=capture.sequence)
            for capture in captures
        )

    def build_detection(self, face: EntryFace, capture: Capture) -> Detection:
        """Return a face as an unsaved detection, with the figures of its file."""
        if face.version not in self.versions:
            self.versions[face.version] = version_columns(face)
        return Detection.from_face(
            Face(Box(*face.box), face.probabilities, face.unsure),
            capture=capture,
            **self.versions[face.version],
            role=face.role,
            emotion=face.emotion,
            confidence=face.confidence,
            roll=None,
            milliseconds=None,
            is_me=face.is_me,
        )


def build_capture(owner: User, entry: Entry) -> Capture:
    """Return an entry as an unsaved capture.

    Raises:
        EntryError: it says nothing.
    """
    width, height = entry.size or (None, None)
    capture = Capture(
        owner=owner,
        uuid=entry.uuid,
        source=entry.source,
        taken_at=entry.taken_at,
        time_zone=entry.time_zone,
        local_date=day_of(entry.taken_at, entry.time_zone),
        kept=entry.kept,
        read_on=entry.read_on,
        others_blurred=entry.others_blurred,
        width=width,
        height=height,
        clock_of_photo=entry.clock,
        felt=entry.felt,
        mood=entry.mood,
        note=entry.note,
    )
    if is_empty(capture):
        raise EntryError(_("Expected a feeling, a mood or a note, since there is no photo."))
    return capture


def version_columns(face: EntryFace) -> dict[str, ModelVersion | str]:
    """Return the version that analysed a face, by name only where it is not installed here."""
    if version := registry.version_by_name(face.version):
        return {"model_version": version}
    return {"model_version": registry.placeholder_version(), "version_elsewhere": face.version}
