"""The models, by subject."""

from emotions.models.captures import (
    Capture,
    CaptureQuerySet,
    Detection,
    Feeling,
    Tag,
    detected_column,
    name_digest,
    private_name,
)
from emotions.models.contributions import Contribution, Contributor, CorrectionsFile
from emotions.models.preferences import Preferences
from emotions.models.reminders import Delivery, PushSubscription, Reminder

__all__ = [
    "Capture",
    "CaptureQuerySet",
    "Contribution",
    "Contributor",
    "CorrectionsFile",
    "Delivery",
    "Detection",
    "Feeling",
    "Preferences",
    "PushSubscription",
    "Reminder",
    "Tag",
    "detected_column",
    "name_digest",
    "private_name",
]
