"""Administrators reach no photo, note or mood of anybody, whatever address they ask."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from accounts.tokens.services import create_token
from emotions.captures import recording, trash
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Detection, Feeling
from emotions.pictures import tasks
from ml import registry
from tests import factories, pictures
from tests.conftest import signed_in
from tests.emoplatform.test_authorization import ROUTES
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NOTE, TAG = "rainpondwhisper", "quillfeather"


@dataclass(frozen=True)
class Planted:
    """What somebody has that no administrator may read."""

    capture: Capture
    words: tuple[str, ...]


@pytest.fixture
def planted(owner: User) -> Planted:
    capture = recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        self_report=SelfReport(felt=Feeling.DISGUST, note=NOTE, tags=(TAG,)),
    )
    trashed = recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        self_report=SelfReport(note=NOTE),
    )
    trash.delete_capture(capture=trashed)
    Detection.objects.update(emotion=Feeling.DISGUST)
    create_token(person=owner, name=NOTE, scope="read", days=1)
    signed_in(Client(), owner).get("/today/")
    factories.push_reminder(owner)
    factories.push_subscription(owner)
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    names = capture.picture_names + trashed.picture_names
    tasks.remove_files.using(run_after=timezone.now() + timedelta(days=1)).enqueue(names)
    failed = DBTaskResult.objects.get(task_path="emotions.pictures.tasks.remove_files")
    failed.set_failed(OSError(f"{names[0]} {NOTE}"))
    stems = [name.rpartition("/")[2].removesuffix(".jpg") for name in names]
    return Planted(capture, (NOTE, TAG, str(capture.uuid), str(trashed.uuid), *stems))


@pytest.fixture
def chief(planted: Planted) -> Client:
    return signed_in(Client(), User.objects.create_superuser("chief@example.org", PASSWORD))


def values_of(route: str, name: str, planted: Planted) -> list[Any]:
    """Return what an address can name in one of its places: everything that is there."""
    in_admin = re.match(r"/admin/(\w+)/(\w+)/", route)
    if name == "object_id" and in_admin:
        model = apps.get_model(in_admin[1], in_admin[2])
        return [quoted(one.pk) for one in model._default_manager.all()]
    pks = [one.pk for model in apps.get_models() for one in model._default_manager.all()[:3]]
    numbers = sorted({pk for pk in pks if isinstance(pk, int)})
    known: dict[str, list[Any]] = {
        "uuid": [planted.capture.uuid],
        "content_type_id": [ContentType.objects.get_for_model(Capture).pk],
        "object_id": [planted.capture.pk],
        "on": [planted.capture.local_date],
        "span": ["week", "month"],
        "name": ["moods", "distribution", "tags", "curves.png"],
        "version": [registry.active_version().name],
        "kind": ["use"],
        "language": ["en", "de"],
        "app_label": sorted({model._meta.app_label for model in admin.site._registry}),
    }
    return known.get(name, numbers)


def quoted(pk: object) -> str:
    return str(pk).replace("_", "_5F")


def addresses(planted: Planted) -> Iterator[str]:
    for route in ROUTES:
        if "sealed" in route or "uidb36" in route or "<key>" in route or "logout" in route:
            continue  # keys from letters, which go to their person alone
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route)
        paths = [re.sub(r"[\^$]|\\Z", "", plain)]
        while paths and (found := re.search(r"<(?:\w+:)?(\w+)>", paths[0])):
            paths = [
                path.replace(found[0], str(value), 1)
                for path in paths
                for value in values_of(route, found[1], planted)
            ]
        yield from paths


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace") + str(answer.headers)


def without_forms(page: str) -> str:
    """Return a page without the form in which what waits offline is mended."""
    return re.sub(r"<template data-limits.*?</template>", "", page, flags=re.DOTALL)


def test_no_address_shows_anything_of_another_person(planted: Planted, chief: Client) -> None:
    photos = []
    for name in planted.capture.picture_names:
        with default_storage.open(name) as file:
            photos.append(file.read())
    asked = list(addresses(planted))
    assert len(asked) > 150
    shown = {}
    for path in asked:
        answer = chief.get(path)
        assert answer.status_code < 500, path
        page = body(answer)
        leaked = [word for word in planted.words if word in page and word not in path]
        leaked += ["a photo" for photo in photos if photo.decode("utf-8", "replace") in page]
        if path.startswith("/admin/") and not path.startswith("/admin/ml/modelversion/"):
            leaked += ["an emotion"] if "isgust" in without_forms(page) else []
        if leaked:
            shown[path] = leaked
    assert shown == {}


def test_the_walk_finds_what_its_owner_sees(planted: Planted, owner_client: Client) -> None:
    page = "".join(
        body(owner_client.get(path)) for path in (f"/captures/{planted.capture.uuid}/", "/trash/")
    )
    assert [word for word in (NOTE, TAG, str(planted.capture.uuid)) if word not in page] == []


def test_asking_before_somebody_is_removed_names_nothing_of_theirs(
    planted: Planted, chief: Client, media: Any
) -> None:
    owner = planted.capture.owner
    people = reverse("admin:accounts_user_changelist")
    for page in (
        chief.get(reverse("admin:accounts_user_delete", args=[owner.pk])),
        chief.post(people, {"action": "delete_selected", "_selected_action": [owner.pk]}),
    ):
        assert owner.email in body(page)
        assert [word for word in planted.words if word in body(page)] == []
    chief.post(reverse("admin:accounts_user_delete", args=[owner.pk]), {"post": "yes"})
    assert not User.objects.filter(pk=owner.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_who_is_removed_leaves_no_picture(planted: Planted, chief: Client) -> None:
    owner, names = planted.capture.owner, planted.capture.picture_names
    people = reverse("admin:accounts_user_changelist")
    confirmed = {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"}
    chief.post(people, confirmed)
    assert not User.objects.filter(pk=owner.pk).exists()
    assert [name for name in names if default_storage.exists(name)] == []


GUESSES = [
    ("/admin/accounts/user/", f"captures__note__startswith={NOTE[:4]}"),
    ("/admin/accounts/user/", f"tag__name={TAG}"),
    ("/admin/accounts/user/", "captures__felt=disgust"),
    ("/admin/accounts/user/", "captures__detections__emotion=disgust"),
    ("/admin/accounts/user/", "captures__mood__gt=1"),
    ("/admin/mfa/authenticator/", f"user__captures__note__startswith={NOTE[:4]}"),
    ("/admin/mfa/authenticator/", "data__icontains=secret"),
    ("/admin/account/emailaddress/", f"user__captures__note__startswith={NOTE[:4]}"),
    ("/admin/django_tasks_database/dbtaskresult/", "args_kwargs__icontains=photos"),
    ("/admin/django_tasks_database/dbtaskresult/", f"traceback__icontains={NOTE[:4]}"),
]


@pytest.mark.parametrize(("path", "guess"), GUESSES)
def test_nothing_can_be_found_out_by_filtering(path: str, guess: str, chief: Client) -> None:
    assert chief.get(f"{path}?{guess}").status_code == 400


@pytest.mark.parametrize("path", ["accounts/user", "mfa/authenticator", "account/emailaddress"])
def test_nothing_can_be_found_out_by_searching(path: str, chief: Client) -> None:
    for word in (NOTE, TAG, "disgust"):
        page = body(chief.get(f"/admin/{path}/?q={word}"))
        assert "owner@example.org" not in page


def test_nobody_is_suggested_to_an_administrator_by_what_they_wrote(chief: Client) -> None:
    for model in ("capture", "tag", "detection"):
        asked = f"app_label=emotions&model_name={model}&field_name=owner&term={NOTE}"
        assert "owner@example.org" not in body(chief.get(f"/admin/autocomplete/?{asked}"))


def test_no_administrator_can_take_over_an_account(planted: Planted, chief: Client) -> None:
    owner = planted.capture.owner
    before = User.objects.values("email", "password").get(pk=owner.pk)
    chief.post(
        f"/admin/accounts/user/{owner.pk}/password/",
        {"password1": "another quiet diary", "password2": "another quiet diary"},
    )
    chief.post(
        reverse("admin:accounts_user_change", args=[owner.pk]),
        {"email": "chief2@example.org", "is_active": "on"},
    )
    assert User.objects.values("email", "password").get(pk=owner.pk) == before
    chief.post(
        "/admin/account/emailaddress/add/",
        {"user": owner.pk, "email": "chief2@example.org", "verified": "on", "primary": "on"},
    )
    mine = EmailAddress.objects.get(user=owner)
    chief.post(
        f"/admin/account/emailaddress/{mine.pk}/change/",
        {"user": owner.pk, "email": "chief2@example.org", "verified": "on"},
    )
    assert [one.email for one in EmailAddress.objects.all()] == [owner.email]
    assert Authenticator.objects.filter(user=owner).exists()
