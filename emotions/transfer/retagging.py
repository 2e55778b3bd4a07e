"""What renamed, merged and deleted tags mean for imports that can still be undone."""

from django.db.models import F

from accounts.models import User
from common.text_keys import word_key
from emotions.models import CaptureQuerySet, ImportedMoment

BATCH = 500


def follow_numbers(captures: CaptureQuerySet, *, offset: int) -> None:
    """Let imports know captures again that nobody has edited, by the numbers they are about to get.

    Undoing an import then takes them back. A later export leaves them as they are, because in it
    they have the tags of before.
    """
    unedited = ImportedMoment.objects.filter(capture__in=captures, sequence=F("capture__sequence"))
    unedited.update(sequence=F("capture_id") + offset, retagged=True)


def rename_noted_tag(*, owner: User, name: str, becomes: str | None) -> None:
    """Let what moments said before they were updated name a tag as it is named now."""
    key, last = word_key(name), 0
    noted = ImportedMoment.objects.filter(
        job__owner=owner, job__updated__gt=0, undone=False, before__isnull=False
    ).order_by("pk")
    while moments := list(noted.filter(pk__gt=last)[:BATCH]):
        last = moments[-1].pk
        renamed = []
        for moment in moments:
            before = moment.before or {}
            if key in map(word_key, before["tags"]):
                tags = [becomes if word_key(tag) == key else tag for tag in before["tags"]]
                moment.before = {**before, "tags": [tag for tag in tags if tag is not None]}
                renamed.append(moment)
        ImportedMoment.objects.bulk_update(renamed, ["before"])
