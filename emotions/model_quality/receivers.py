"""What new captures mean for shadow deployments."""

import secrets
from typing import Any

from django.dispatch import receiver

from emotions.captures.signals import capture_changed
from emotions.model_quality import tasks
from emotions.models import Capture
from ml import registry


@receiver(capture_changed)
def schedule_shadow_read(capture: Capture, *, created: bool, **_: Any) -> None:
    """Let the version in shadow deployment read a share of the new captures, drawn at random.

    Only where a picture of the owner's face is kept: a trial is no reason to keep more.
    """
    if not (created and capture.crop):
        return
    trial = registry.running_shadow()
    if trial and secrets.randbelow(100) < trial.share:
        tasks.shadow_read.enqueue(capture.pk, trial.pk)
