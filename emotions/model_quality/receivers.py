"""What new captures mean for the version on trial."""

import secrets
from typing import Any

from django.dispatch import receiver

from emotions.captures.signals import capture_changed
from emotions.model_quality import tasks
from emotions.models import Capture
from ml import registry


@receiver(capture_changed)
def schedule_shadow_read(capture: Capture, *, created: bool, **_: Any) -> None:
    """Let the version on trial read a share of the new captures, drawn at random.

    Only where a picture of the owner's face is kept: a trial is no reason to keep more.
    """
    if not (created and capture.crop):
        return
    trial = registry.running_trial()
    if trial and secrets.randbelow(100) < trial.share:
        tasks.read_on_trial.enqueue(capture.pk, trial.pk)
