"""Trained versions of the network, of which exactly one answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelVersion(models.Model):
    """One trained network, known by the sha256 of its file."""

    name = models.CharField(max_length=80, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    card = models.JSONField(help_text=_("What the network is and how well it reads faces."))
    made_by = models.CharField(max_length=80)
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
