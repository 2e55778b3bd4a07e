"""Deleting on pages, undoing it, and the trash."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import trash
from emotions.models import Capture
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_deleting_can_be_undone_at_once_and_later_from_the_trash(
    owner: User, owner_client: Client
) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    page = owner_client.post(reverse("emotions:capture_delete", args=[capture.uuid]), follow=True)
    assert "Moved to the trash." in text_of(page)
    assert f'name="uuid" value="{capture.uuid}"' in page.content.decode()
    for _ in range(2):
        restored = owner_client.post(reverse("emotions:restore"), {"uuid": str(capture.uuid)})
        assert restored.status_code == 302
        assert Capture.objects.get().deleted_at is None
        trash.delete_capture(capture=capture)
        assert "Looks happy" in text_of(owner_client.get(reverse("emotions:trash")))
    owner_client.post(reverse("emotions:purge", args=[capture.uuid]))
    assert Capture.objects.get().purged_at
    assert "The trash is empty" in text_of(owner_client.get(reverse("emotions:trash")))


def test_several_are_deleted_and_brought_back_together(
    owner: User, other: User, owner_client: Client
) -> None:
    mine = [factories.capture(owner=owner, looks="happy") for _ in range(3)]
    theirs = factories.capture(owner=other, looks="sad")
    chosen = {"uuid": [str(c.uuid) for c in (*mine[:2], theirs)] + ["nonsense"]}
    page = owner_client.post(reverse("emotions:bulk_delete"), chosen, follow=True)
    assert "2 moved to the trash." in text_of(page)
    assert Capture.objects.filter(deleted_at=None).count() == 2
    theirs.refresh_from_db()
    assert theirs.deleted_at is None
    owner_client.post(reverse("emotions:restore"), chosen)
    assert not Capture.objects.exclude(deleted_at=None).exists()
    page = owner_client.post(reverse("emotions:bulk_delete"), follow=True)
    assert "Choose some moments first." in text_of(page)


def test_the_trash_of_another_stays_closed(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    trash.delete_capture(capture=capture)
    assert "Looks happy" not in text_of(other_client.get(reverse("emotions:trash")))
    other_client.post(reverse("emotions:restore"), {"uuid": str(capture.uuid)})
    assert other_client.post(reverse("emotions:purge", args=[capture.uuid])).status_code == 404
    capture.refresh_from_db()
    assert capture.deleted_at
    assert not capture.purged_at
