"""Fill the keys of tags and notes, in batches, and merge tags that differ in capitals alone."""

from itertools import groupby
from typing import Any

from django.db import migrations, transaction

from common.text_keys import search_key, word_key

BATCH_SIZE = 500


def merge_tags(apps: Any, schema_editor: Any) -> None:
    """Give each tag its key; of several with the same one, the oldest keeps the moments of all."""
    alias = schema_editor.connection.alias
    Tag = apps.get_model("emotions", "Tag")
    links = apps.get_model("emotions", "Capture").tags.through._base_manager.using(alias)
    tags = Tag._base_manager.using(alias).order_by("owner_id", "pk")
    for _owner, group in groupby(tags.iterator(), key=lambda tag: tag.owner_id):
        with transaction.atomic(using=alias):
            kept: dict[str, Any] = {}
            for tag in group:
                tag.key = word_key(tag.name)
                first = kept.setdefault(tag.key, tag)
                if first is tag:
                    tag.save(using=alias, update_fields=["key"])
                    continue
                has_first = links.filter(tag_id=first.pk).values("capture_id")
                links.filter(tag_id=tag.pk, capture_id__in=has_first).delete()
                links.filter(tag_id=tag.pk).update(tag_id=first.pk)
                tag.delete(using=alias)


def fold_notes(apps: Any, schema_editor: Any) -> None:
    """Fold the notes that have no key yet."""
    alias = schema_editor.connection.alias
    captures = apps.get_model("emotions", "Capture")._base_manager.using(alias)
    last = 0
    while True:
        waiting = captures.filter(pk__gt=last, note_key=None).exclude(note="").order_by("pk")
        batch = list(waiting.only("pk", "note")[:BATCH_SIZE])
        if not batch:
            return
        with transaction.atomic(using=alias):
            # Each only while its note is what was folded: people write meanwhile.
            for capture in batch:
                captures.filter(pk=capture.pk, note=capture.note).update(
                    note_key=search_key(capture.note)
                )
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("emotions", "0018_letter_keys")]

    operations = [
        migrations.RunPython(merge_tags, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(fold_notes, migrations.RunPython.noop, elidable=False),
    ]
