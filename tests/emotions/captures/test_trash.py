"""The trash, its thirty days, and the tombstone after them."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from emotions.captures import editing, purging, selectors, trash
from emotions.captures.editing import Changes
from emotions.captures.errors import (
    CaptureDeletedError,
)
from emotions.captures.recording import SelfReport
from emotions.models import Capture
from tests import factories, pictures
from tests.emotions.captures.recorded import kept_files, record
from tests.jobs import run_worker


@pytest.mark.django_db(transaction=True)
def test_the_trash_gives_back_for_thirty_days_and_then_nothing_is_left(
    owner: User, media: Path
) -> None:
    capture = record(owner, pictures.astronaut_jpeg(), uuid=uuid.uuid4())
    trash.delete_capture(capture=capture)
    assert not selectors.history(owner=owner).exists()
    assert selectors.history(owner=owner, in_trash=True).get() == capture
    with pytest.raises(CaptureDeletedError):
        editing.edit_capture(capture=capture, changes=Changes(mood=1))
    assert trash.restore_capture(capture=capture).deleted_at is None
    assert selectors.get_capture(owner=owner, uuid=capture.uuid).detections.count() == 1

    trash.delete_capture(capture=capture)
    waiting = DBTaskResult.objects.order_by("-run_after")[0]
    assert waiting.run_after - timezone.now() > timedelta(days=29)
    long_ago = timezone.now() - timedelta(days=31)
    Capture.objects.update(deleted_at=long_ago)
    DBTaskResult.objects.update(run_after=timezone.now())
    run_worker()
    capture.refresh_from_db()
    assert capture.purged_at
    assert not capture.detections.exists()
    assert kept_files(media) == []
    with pytest.raises(CaptureDeletedError):
        trash.restore_capture(capture=capture)


def test_the_trash_is_emptied_by_command_too(
    owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = factories.capture(owner=owner, mood=1), factories.capture(owner=owner, mood=2)
    for capture in (old, new):
        trash.delete_capture(capture=capture)
    thirty_days_ago = timezone.now() - timedelta(days=30)
    Capture.objects.filter(pk=old.pk).update(deleted_at=thirty_days_ago)
    Capture.objects.filter(pk=new.pk).update(deleted_at=thirty_days_ago + timedelta(hours=1))
    call_command("purge_trash")
    assert capsys.readouterr().out == "1 moments removed for ever.\n"
    assert selectors.history(owner=owner, in_trash=True).get() == new


@pytest.mark.django_db(transaction=True)
def test_what_is_removed_for_ever_leaves_a_tombstone(owner: User, media: Path) -> None:
    capture = record(
        owner, pictures.astronaut_jpeg(), self_report=SelfReport(note="Secret.", tags=("a",))
    )
    purging.purge_capture(capture=capture)
    capture.refresh_from_db()
    assert kept_files(media) == []
    assert not capture.detections.exists()
    assert not capture.tags.exists()
    assert capture.deleted_at
    assert (capture.photo.name, capture.note, capture.felt) == ("", "", None)
    assert (capture.sequence, capture.request_digest) == (2, "")
    with pytest.raises(CaptureDeletedError):
        record(owner, pictures.astronaut_jpeg(), uuid=capture.uuid)
