"""The models, by subject."""

from emotions.models.captures import (
    Capture,
    CaptureQuerySet,
    Detection,
    Feeling,
    detected_column,
    name_digest,
    private_name,
)
from emotions.models.contributions import Contribution, Contributor, CorrectionsFile
from emotions.models.imports import PREVIEW_KEPT_FOR, UNDOABLE_FOR, Import, ImportedMoment
from emotions.models.preferences import Preferences
from emotions.models.quotas import DailyUsage, Lease
from emotions.models.reminders import Delivery, PushSubscription, Reminder
from emotions.models.sync import AnsweredRequest, ResourceVersion
from emotions.models.tags import Tag

__all__ = [
    "PREVIEW_KEPT_FOR",
    "UNDOABLE_FOR",
    "AnsweredRequest",
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
    "ImportedMoment",
    "Lease",
    "Preferences",
    "PushSubscription",
    "Reminder",
    "ResourceVersion",
    "Tag",
    "detected_column",
    "name_digest",
    "private_name",
]
