"""The administration shows versions side by side and asks before another one answers."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ml import registry
from ml.models import ModelVersion, Promotion
from ml.registry import active
from tests import factories
from tests.ml import versions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_process() -> None:
    """Forget what this process remembers of other tests."""
    active.reset()


@pytest.fixture
def administrator() -> Client:
    person = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    return signed_in(person)


@pytest.fixture
def second() -> ModelVersion:
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])
    return registry.register(versions.files("second", wrong=0.25), made_by="ada")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:ml_modelversion_{name}", args=arguments)


def test_a_version_stands_beside_the_active_one(
    administrator: Client, second: ModelVersion
) -> None:
    shown = administrator.get(page("change", second.pk)).content.decode()
    assert shown.count("Confusion matrix") == 2
    assert registry.active_version().name in shown
    assert "It was never active." in shown
    assert page("promote", second.pk) in shown
    assert second.name in administrator.get(page("changelist")).content.decode()


def test_promoting_asks_first_and_then_is_done(administrator: Client, second: ModelVersion) -> None:
    asked = administrator.get(page("promote", second.pk)).content.decode()
    assert "No objections." in asked
    assert registry.active_version() != second
    answer = administrator.post(page("promote", second.pk), {"reason": "better"}, follow=True)
    assert "Second is now active." in answer.content.decode()
    promotion = Promotion.objects.first()
    assert promotion is not None
    assert (promotion.version, promotion.by, promotion.reason) == (
        second,
        "admin@example.org",
        "better",
    )
    assert ModelVersion.objects.get(pk=second.pk).looks == 3


def test_a_refused_version_needs_a_reason_and_a_cross(administrator: Client) -> None:
    ModelVersion.objects.update(answers=[versions.answers(0.30).to_json()])
    worse = registry.register(versions.files("worse", wrong=0.5), made_by="ada")
    asked = administrator.get(page("promote", worse.pk)).content.decode()
    assert "macro-F1 changes by -" in asked
    administrator.post(page("promote", worse.pk), {"reason": "please"})
    administrator.post(page("promote", worse.pk), {"force": "on"})
    assert registry.active_version() != worse
    administrator.post(page("promote", worse.pk), {"force": "on", "reason": "a demonstration"})
    assert registry.active_version() == worse


def test_rolling_back_asks_first(administrator: Client, second: ModelVersion) -> None:
    first = registry.active_version()
    assert "No version was active before" in administrator.get(page("rollback")).content.decode()
    registry.promote(second, by="ada")
    asked = administrator.get(page("rollback")).content.decode()
    assert f"{first} would replace second again" in asked
    administrator.post(page("rollback"), {"reason": "complaints"})
    assert registry.active_version() == first


def test_pictures_are_shown_and_nothing_else_is(
    administrator: Client, second: ModelVersion
) -> None:
    shown = administrator.get(page("picture", second.pk, "curves.png"))
    assert (shown["Content-Type"], shown.content) == ("image/png", b"not looked at")
    for name in ("emotion.tflite", "missing.png"):
        assert administrator.get(page("picture", second.pk, name)).status_code == 404


def test_nobody_else_sees_or_changes_anything(owner_client: Client, second: ModelVersion) -> None:
    reader = factories.person("staff@example.org", is_staff=True)
    for client in (Client(), owner_client, signed_in(reader)):
        for address in (
            page("changelist"),
            page("change", second.pk),
            page("promote", second.pk),
            page("rollback"),
            page("picture", second.pk, "curves.png"),
        ):
            assert client.get(address).status_code in (302, 403)
        for address in (page("promote", second.pk), page("rollback")):
            assert client.post(address).status_code in (302, 403)
    assert registry.active_version() != second


def test_versions_and_history_cannot_be_typed_in(
    administrator: Client, second: ModelVersion
) -> None:
    assert administrator.get(page("add")).status_code == 403
    assert administrator.post(page("delete", second.pk), {"post": "yes"}).status_code == 403
    history = administrator.get(reverse("admin:ml_promotion_changelist"))
    assert history.status_code == 200


def test_a_version_that_learned_from_people_says_of_how_many_and_names_none(
    administrator: Client,
) -> None:
    personal = {"faces": 1200, "people": 47, "share": 0.05}
    held_out = {"images": 300, "people": 12, "macro_f1": 0.512}
    files = versions.files("lent", dataset={"personal": personal}, corrections=held_out)
    version = registry.register(files, made_by="ada")
    shown = administrator.get(page("change", version.pk)).content.decode()
    assert "1200 faces of 47 people" in shown
    assert "0.512, 300 faces of 12 people" in shown
    asked = administrator.get(page("promote", version.pk)).content.decode()
    assert "no held-out corrections that both versions have answered" in asked
