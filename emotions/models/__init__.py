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
from emotions.models.imports import Import
from emotions.models.preferences import Preferences
from emotions.models.quotas import DailyUsage, Lease
from emotions.models.reminders import Delivery, PushSubscription, Reminder

__all__ = [
    "Capture",
    "CaptureQuerySet",
    "Contribution",
    "Contributor",
    "CorrectionsFile",
    "DailyUsage",
    "Delivery",
    "Detection",
    "Feeling",
    "Import",
    "Lease",
    "Preferences",
    "PushSubscription",
    "Reminder",
    "Tag",
    "detected_column",
    "name_digest",
    "private_name",
]
