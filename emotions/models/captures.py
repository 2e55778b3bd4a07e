"""Captures, and the faces that networks detected in them."""

import hashlib
import uuid
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.imaging.geometry import Box
from common.text_keys import search_key
from emotions.models.limits import MAX_NOTE_LENGTH
from emotions.models.tags import Tag
from ml.emotions import EMOTIONS, Emotion
from ml.metrics import answer_sets
from ml.models import ModelVersion

if TYPE_CHECKING:  # the predictor loads an inference runtime, which most commands do without
    from ml.inference.predictor import Face


class Feeling(models.TextChoices):
    """The seven emotions, with their names on pages."""

    ANGRY = Emotion.ANGRY.value, _("Angry")
    DISGUST = Emotion.DISGUST.value, _("Disgusted")
    FEAR = Emotion.FEAR.value, _("Afraid")
    HAPPY = Emotion.HAPPY.value, _("Happy")
    NEUTRAL = Emotion.NEUTRAL.value, _("Neutral")
    SAD = Emotion.SAD.value, _("Sad")
    SURPRISE = Emotion.SURPRISE.value, _("Surprised")


def private_name(kind: str, content: bytes) -> str:
    """Return a storage name that cannot be guessed and holds a checksum of the content."""
    return str(PurePath(kind, f"{uuid.uuid4().hex}-{name_digest(content)}.jpg"))


def name_digest(content: bytes) -> str:
    """Return the checksum in the name of a file: half of its sha256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()[:32]


def detected_column(column: str, *, read_by: str = "") -> models.F | Coalesce:
    """Return a column of the detection of the owner's face, over captures `with_feeling`.

    Args:
        read_by: name of the version whose rescore counts where there is one; else the answer.
    """
    answer = models.F(f"answer__{column}")
    return Coalesce(models.F(f"rescore__{column}"), answer) if read_by else answer


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Captures; every query about those of one person begins with `of` or `in_trash_of`."""

    def of(self, owner: User) -> Self:
        """Return the owner's captures that are not deleted."""
        return self.filter(owner=owner, deleted_at=None)

    def in_trash_of(self, owner: User) -> Self:
        """Return the owner's captures that can still be restored."""
        return self.filter(owner=owner, purged_at=None).exclude(deleted_at=None)

    def with_feeling(self, *, read_by: str = "") -> Self:
        """Annotate `feeling`: what the owner felt or, not reported, what their face shows.

        Args:
            read_by: name of a version; where it rescored a capture, its detection counts instead
                of the answer. `detected_column` returns columns of the detection that counts.
        """
        mine = models.Q(detections__is_me=True)
        answer = mine & models.Q(detections__role=Detection.Role.ANSWER)
        captures = self.annotate(answer=models.FilteredRelation("detections", condition=answer))
        if read_by:
            here = list(ModelVersion.objects.filter(name=read_by))
            rescore = mine & models.Q(detections__role=Detection.Role.RESCORE)
            rescore &= models.Q(detections__version_elsewhere=read_by) | models.Q(
                detections__version_elsewhere="", detections__model_version__in=here
            )
            captures = captures.annotate(
                rescore=models.FilteredRelation("detections", condition=rescore)
            )
        return captures.annotate(
            feeling=Coalesce("felt", detected_column("emotion", read_by=read_by))
        )


class Capture(models.Model):
    """One moment of a person: perhaps a photo, what it shows, and what they felt."""

    class Source(models.TextChoices):
        UPLOAD = "upload", _("upload")
        CAMERA = "camera", _("camera")
        LIVE = "live", _("live")
        API = "api", _("app")
        IMPORT = "import", _("import")
        MANUAL = "manual", _("without a photo")

    class Kept(models.TextChoices):
        PHOTO = "photo", _("whole photo")
        CROP = "crop", _("face only")
        NOTHING = "nothing", _("numbers only")

    class ReadOn(models.TextChoices):
        """What reads a picture: the person's own device, which sends only numbers, or we."""

        DEVICE = "device", _("on my device")
        SERVER = "server", _("on the server")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="captures",
        db_index=False,  # six others begin with the owner
    )
    uuid = models.UUIDField(help_text=_("Made by the client: the same one again changes nothing."))
    idempotency_key = models.CharField(  # noqa: DJ001 - no key is not a key
        max_length=255, null=True, blank=True, help_text=_("Made by the client, as the UUID is.")
    )
    request_digest = models.CharField(
        max_length=64, blank=True, help_text=_("Tells the same request from another one.")
    )
    sequence = models.BigIntegerField(help_text=_("Orders all changes of one owner."))
    source = models.CharField(max_length=8, choices=Source.choices)
    taken_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64, help_text=_("The zone of that moment."))
    local_date = models.DateField(help_text=_("The day of that moment in its zone."))
    kept = models.CharField(max_length=8, choices=Kept.choices, default=Kept.PHOTO)
    read_on = models.CharField(
        max_length=8,
        choices=ReadOn.choices,
        default=ReadOn.SERVER,
        db_default=ReadOn.SERVER,
        help_text=_("Where its picture was read."),
    )
    others_blurred = models.BooleanField(
        default=False, help_text=_("Faces of other people in the kept photo are blurred.")
    )
    photo = models.FileField(blank=True)
    crop = models.FileField(blank=True, help_text=_("The square around the owner's face."))
    thumbnail = models.FileField(blank=True)
    width = models.PositiveIntegerField(null=True, blank=True, help_text=_("Pixels of the photo."))
    height = models.PositiveIntegerField(null=True, blank=True, help_text=_("Pixels of the photo."))
    picture_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("Of its pictures together; unknown where it is empty.")
    )
    clock_of_photo = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When the photo says it was taken, by the clock on the wall, as if in UTC."),
    )
    note = models.TextField(blank=True, max_length=MAX_NOTE_LENGTH)
    note_key = models.TextField(  # noqa: DJ001 - not known is not an empty key
        null=True,
        editable=False,
        help_text=_("The note as it is searched; empty if an earlier version wrote it."),
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="captures")
    felt = models.CharField(  # noqa: DJ001 - nothing said is not an empty answer
        max_length=8, choices=Feeling.choices, null=True, blank=True
    )
    mood = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text=_("In the trash since."))
    purged_at = models.DateTimeField(
        null=True, blank=True, help_text=_("A tombstone since: nothing of it is left.")
    )

    objects = CaptureQuerySet.as_manager()

    PICTURES: ClassVar[tuple[str, ...]] = ("photo", "crop", "thumbnail")
    PHOTOLESS_SOURCES: ClassVar[frozenset[Source]] = frozenset({Source.MANUAL, Source.IMPORT})
    """Sources of captures that never had a photo, so that they need a feeling, mood or note."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "uuid"], name="emotions_capture_once"),
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"], name="emotions_capture_one_per_key"
            ),
            models.UniqueConstraint(fields=["owner", "sequence"], name="emotions_capture_ordered"),
            models.CheckConstraint(
                condition=models.Q(mood=None) | models.Q(mood__range=(1, 5)),
                name="emotions_capture_mood_1_to_5",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "-taken_at", "-id"],
                condition=models.Q(deleted_at=None),
                name="emotions_capture_history",
            ),
            models.Index(
                fields=["owner", "local_date"],
                condition=models.Q(deleted_at=None),
                name="emotions_capture_days",
            ),
            models.Index(
                fields=["owner", "-taken_at", "-id"],
                condition=models.Q(deleted_at__isnull=False, purged_at=None),
                name="emotions_capture_trash",
            ),
            models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False, purged_at=None),
                name="emotions_capture_expiry",
            ),
            models.Index(
                fields=["owner", "picture_bytes"],
                condition=models.Q(picture_bytes__gt=0),
                name="emotions_capture_space",
            ),
            models.Index(
                fields=["created_at"],
                condition=models.Q(deleted_at=None),
                name="emotions_capture_weeks",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def save(self, **options: Any) -> None:
        """Save the capture with the key of its note."""
        self.note_key = search_key(self.note)
        super().save(**options)

    @property
    def small_picture(self) -> FieldFile:
        """The thumbnail, or the crop where only that is kept."""
        return self.thumbnail or self.crop

    @property
    def tag_names(self) -> list[str]:
        """The names of its tags in their order."""
        return sorted(tag.name for tag in self.tags.all())

    @property
    def picture_names(self) -> list[str]:
        """Storage names of all pictures that are kept."""
        return [name for field in self.PICTURES if (name := getattr(self, field).name)]


class Detection(models.Model):
    """One face as one version of the network classified it.

    Later versions add detections; they never change those that are there.
    """

    class Role(models.TextChoices):
        """Why a detection was made."""

        ANSWER = "answer", _("answer")
        RESCORE = "rescore", _("read again")
        SHADOW = "shadow", _("trial")

    PROBABILITY_FIELDS: ClassVar[tuple[str, ...]] = tuple(f"p_{emotion}" for emotion in EMOTIONS)

    capture = models.ForeignKey(Capture, on_delete=models.CASCADE, related_name="detections")
    model_version = models.ForeignKey(
        ModelVersion,
        on_delete=models.PROTECT,
        db_index=False,  # half of all rows have the same, so that none would be found by it
    )
    version_elsewhere = models.CharField(
        max_length=80,
        blank=True,
        help_text=_("The name of the version that read it, where that is not here."),
    )
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.ANSWER)
    x = models.IntegerField(help_text=_("Left edge of the face in pixels of the photo."))
    y = models.IntegerField(help_text=_("Upper edge of the face in pixels of the photo."))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    p_angry = models.FloatField()
    p_disgust = models.FloatField()
    p_fear = models.FloatField()
    p_happy = models.FloatField()
    p_neutral = models.FloatField()
    p_sad = models.FloatField()
    p_surprise = models.FloatField()
    roll = models.SmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Degrees by which the head leans clockwise; unknown where it is empty."),
    )
    emotion = models.CharField(max_length=8, choices=Feeling.choices)
    confidence = models.FloatField()
    unsure = models.BooleanField()
    is_me = models.BooleanField(default=False)
    milliseconds = models.FloatField(
        null=True, blank=True, help_text=_("How long the network took; unknown where it is empty.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["capture", "model_version", "version_elsewhere", "role"],
                condition=models.Q(is_me=True),
                name="emotions_detection_one_me",
            )
        ]
        indexes = [
            models.Index(
                fields=["model_version"],
                condition=models.Q(role="shadow"),
                name="emotions_detection_trial",
            )
        ]

    def __str__(self) -> str:
        return f"{self.capture_id}: face {self.pk}"

    @property
    def version_name(self) -> str:
        """The name of the version that made it, here or on another site."""
        return self.version_elsewhere or self.model_version.name

    @property
    def made_by(self) -> Capture.ReadOn:
        """Whether the server or the person's own device read the face."""
        return Capture.ReadOn(self.capture.read_on)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Seven probabilities that sum to 1, in the order of `ml.emotions.EMOTIONS`."""
        return tuple(getattr(self, name) for name in self.PROBABILITY_FIELDS)

    @property
    def answer_set(self) -> tuple[Emotion, ...]:
        """What is said of the face, the likeliest first: several emotions where it is unsure."""
        mass = self.model_version.card.get("set_mass", answer_sets.NO_MASS)
        return answer_sets.answer_set(self.probabilities, unsure=self.unsure, mass=mass)

    @property
    def box(self) -> Box:
        return Box(self.x, self.y, self.width, self.height)

    @classmethod
    def from_face(cls, face: "Face", **columns: Any) -> Self:
        """Return a detection of a face as the network read it, not stored yet.

        Args:
            columns: the others, and those that are to differ from the face's.
        """
        values = {
            "x": face.box.x,
            "y": face.box.y,
            "width": face.box.width,
            "height": face.box.height,
            "roll": round(face.roll),
            "emotion": face.emotion,
            "confidence": face.confidence,
            "unsure": face.unsure,
            "milliseconds": face.milliseconds,
            **cls.probability_columns(face.probabilities),
        }
        return cls(**values | columns)

    @classmethod
    def probability_columns(cls, probabilities: Sequence[float]) -> dict[str, Any]:
        """Return the values of the seven columns, by name."""
        return dict(zip(cls.PROBABILITY_FIELDS, probabilities, strict=True))
