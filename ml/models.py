"""Model versions, of which exactly one is active, and the queue of trainings."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_NAME_LENGTH = 80
MAX_PERSON_LENGTH = 254
"""Of an e-mail address, by which administrators are named."""


class ModelVersion(models.Model):
    """A trained network, identified by the sha256 of its file."""

    name = models.CharField(max_length=MAX_NAME_LENGTH, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    card = models.JSONField(help_text=_("What the network is and how well it reads faces."))
    answers = models.JSONField(
        default=list, help_text=_("What it answered about test faces; the gate compares these.")
    )
    looks = models.PositiveIntegerField(
        default=1, help_text=_("How often its figures on the test split were looked at.")
    )
    made_by = models.CharField(max_length=MAX_PERSON_LENGTH)
    bundled = models.BooleanField(default=False, help_text=_("Shipped with the code."))
    active = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        constraints = [
            models.UniqueConstraint(
                fields=["active"],
                condition=models.Q(active=True),
                name="ml_modelversion_one_active",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Artefact(models.Model):
    """A file of a version in the storage, used only if its sha256 is the registered one."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="artefacts")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("artefact")
        verbose_name_plural = _("artefacts")
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="ml_artefact_one_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.name}"


class Promotion(models.Model):
    """A change of the active version: when, by whom and why."""

    class Kind(models.TextChoices):
        PROMOTED = "promoted", _("promoted")
        FORCED = "forced", _("promoted despite the gate")
        ROLLED_BACK = "rolled_back", _("rolled back")
        SHIPPED = "shipped", _("came with the code")

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    previous = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, related_name="replacements"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    by = models.CharField(max_length=MAX_PERSON_LENGTH)
    reason = models.TextField(blank=True)
    verdict = models.JSONField(null=True, help_text=_("What the gate said."))
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version} {self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"


class Trial(models.Model):
    """A shadow deployment: a version that reads a share of new photos besides the active one."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="trials")
    share = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of a hundred new photos so many, from 1 to 100."),
    )
    by = models.CharField(max_length=MAX_PERSON_LENGTH)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    running = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["running"],
                condition=models.Q(running=True),
                name="ml_trial_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(share__range=(1, 100)), name="ml_trial_share_1_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.share} %"


class TrainingRun(models.Model):
    """A training requested by an administrator, and its progress."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a worker")
        RUNNING = "running", _("trains")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    architecture = models.CharField(max_length=40)
    epochs = models.PositiveIntegerField(help_text=_("How many at most."))
    by = models.CharField(max_length=MAX_PERSON_LENGTH)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    epoch = models.PositiveIntegerField(default=0, help_text=_("How many are behind it."))
    log = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    worker = models.CharField(max_length=80, blank=True)
    seen_at = models.DateTimeField(null=True, help_text=_("When its worker was last heard of."))

    class Meta:
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.architecture} {self.pk}"

    @property
    def folder(self) -> str:
        """Name of its folder below `runs/`, and of the resulting version."""
        return f"{self.architecture}-desk-{self.pk}"


class TrainingWorker(models.Model):
    """A machine that can train, and the time of its last heartbeat."""

    name = models.CharField(max_length=MAX_NAME_LENGTH, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("training worker")
        verbose_name_plural = _("training workers")

    def __str__(self) -> str:
        return self.name
