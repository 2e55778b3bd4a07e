"""Taking back moments that an import brought."""

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import transaction

from accounts.models import User
from emotions.captures import trash
from emotions.captures.purging import make_tombstones
from emotions.captures.storing import KnownTags
from emotions.models import ImportedMoment
from emotions.transfer.updating import revert


@transaction.atomic
def take_back(
    moments: Sequence[ImportedMoment],
    *,
    owner: User,
    known_tags: KnownTags,
    on_done: Callable[[Counter[str]], None],
) -> None:
    """Take back what an import did to some moments, the latest first.

    What it brought is removed for good, or moved into the trash where it has changed since it came.
    What it updated says again what it said before, but for what has changed since.

    Args:
        on_done: called in the transaction that does so, with how many there are for each counter
            of `Import`.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    rows = ImportedMoment.objects.filter(pk__in=[moment.pk for moment in moments])
    counts: Counter[str] = Counter()
    unchanged: dict[int, ImportedMoment] = {}
    for moment in rows.select_related("capture").order_by("-pk"):
        if not is_changed(moment):
            unchanged[moment.capture_id] = moment  # Whatever the import did to it first.
            counts["undone" if moment.before is None else "reverted"] += 1
        elif moment.before is None:
            trash.delete_capture(capture=moment.capture)
            counts["trashed"] += 1
        else:
            counts["reverted"] += 1
    brought = [moment.capture for moment in unchanged.values() if moment.before is None]
    make_tombstones(brought, owner=owner)
    updated = [moment for moment in unchanged.values() if moment.before is not None]
    revert(updated, owner=owner, known_tags=known_tags)
    rows.update(undone=True)  # So that it may come again once it is gone for good.
    on_done(counts)


def is_changed(moment: ImportedMoment) -> bool:
    """Return whether a moment has changed since an import brought or updated it."""
    return moment.capture.sequence != moment.sequence or bool(moment.capture.deleted_at)
