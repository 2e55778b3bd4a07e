"""What the feed of changes tells besides captures."""

from collections.abc import Collection
from typing import Any

from accounts.models import User
from emotions.api.profile.choices import consents_of, settings_of
from emotions.api.profile.serializers import ConsentSerializer, SettingsSerializer
from emotions.api.reminders.serializers import ReminderSerializer
from emotions.api.tags.serializers import PlainTagSerializer
from emotions.feed import States
from emotions.models import Tag
from emotions.reminders.selectors import reminders

CAPTURES = "capture"
KINDS = ("tag", "reminder", "settings", "consent")
"""Kinds of resources, named as the member of a change that holds one."""


def read_resources(owner: User, kinds: Collection[str]) -> States:
    """Return the owner's resources of these kinds, as they are represented now."""
    person = User.objects.get(pk=owner.pk)
    found: dict[str, list[tuple[object, Any]]] = {}
    if "tag" in kinds:
        tags = PlainTagSerializer(Tag.objects.filter(owner=person).order_by("pk"), many=True).data
        found["tag"] = [(tag["id"], tag) for tag in tags]
    if "reminder" in kinds:
        rows = ReminderSerializer(reminders(owner=person), many=True).data
        found["reminder"] = [(row["id"], row) for row in rows]
    if "settings" in kinds:
        found["settings"] = [("me", SettingsSerializer(settings_of(person)).data)]
    if "consent" in kinds:
        consents = ConsentSerializer(consents_of(person), many=True).data
        found["consent"] = [(consent["kind"], consent) for consent in consents]
    return {(kind, str(key)): state for kind, states in found.items() for key, state in states}
