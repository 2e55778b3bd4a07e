"""Faces that people contribute to training, and the dataset files with them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emotions.models.captures import Capture, Feeling


class Contributor(models.Model):
    """A person who contributes faces, under a random pseudonym."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contributor"
    )
    member = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text=_("Stands for them in dataset files.")
    )

    def __str__(self) -> str:
        return str(self.member)


class Contribution(models.Model):
    """One face and what its owner felt, used to train networks and for nothing else."""

    capture = models.OneToOneField(Capture, on_delete=models.CASCADE, related_name="contribution")
    contributor = models.ForeignKey(
        Contributor, on_delete=models.CASCADE, related_name="contributions"
    )
    name = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text=_("Stands for it in dataset files.")
    )
    felt = models.CharField(max_length=8, choices=Feeling.choices)
    face = models.BinaryField(help_text=_("48 × 48 grey values, row by row."))

    def __str__(self) -> str:
        return str(self.name)


class CorrectionsFile(models.Model):
    """A dataset file with contributions, recorded so that they can be removed from it."""

    machine = models.CharField(max_length=255, help_text=_("The name of the computer it is on."))
    path = models.CharField(max_length=1000, help_text=_("From the root of its disk."))
    fingerprint = models.CharField(max_length=64, help_text=_("Of what is in it now."))
    faces = models.PositiveIntegerField(help_text=_("In it now."))
    members = models.PositiveIntegerField(help_text=_("The people whose faces these are."))
    written_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was seen not to be there any more.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "path"], name="emotions_correctionsfile_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.machine}: {self.path}"
