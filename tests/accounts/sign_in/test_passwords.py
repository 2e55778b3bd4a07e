"""Passwords that everybody tries first are refused wherever one is chosen, and told why."""

import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
COMMON = "iloveyou1"
APP = "/api/auth/app/v1"


def reset_link(client: Client, person: User) -> str:
    """Ask for a letter, and return the address of the form that its link leads to."""
    client.post(reverse("account_reset_password"), {"email": person.email})
    run_jobs()
    link = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert link
    return client.get(link[1], follow=True).redirect_chain[-1][0]


def test_pages_refuse_a_common_password(client: Client, owner: User) -> None:
    forms = {
        reverse("account_signup"): {"email": "new@example.org", "password1": COMMON},
        reset_link(client, owner): {"password1": COMMON, "password2": COMMON},
    }
    pages = {path: client.post(path, form) for path, form in forms.items()}
    pages["change"] = signed_in(client, owner).post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": COMMON, "password2": COMMON},
    )
    for path, page in pages.items():
        assert "This password is too common." in page.content.decode(), path
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert User.objects.count() == 1


def test_forms_name_one_plain_rule_and_hold_to_it(client: Client, owner: User) -> None:
    pages = [client.get(reverse("account_signup")), client.get(reset_link(client, owner))]
    signed_in(client, owner)
    pages.append(client.get(reverse("account_change_password")))
    for page in pages:
        help_texts = re.findall(r'class="field__help"[^>]*>([^<]*)<', page.content.decode())
        assert [text.strip() for text in help_texts if text.strip()] == [
            "Use at least 8 characters."
        ]
    sign_up = {"email": "new@example.org", "password1": "zq7!xpw"}
    refused = Client().post(reverse("account_signup"), sign_up)
    assert "at least 8 characters" in refused.content.decode()
    assert (
        Client().post(reverse("account_signup"), sign_up | {"password1": "zq7!xpwk"}).status_code
        == 302
    )


def test_a_password_counts_exactly_as_it_was_chosen(client: Client, owner: User) -> None:
    chosen = f" ünï 𝒄ode, {'long and quiet, ' * 8}"
    change = {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen}
    signed_in(client, owner).post(reverse("account_change_password"), change)
    owner.refresh_from_db()
    assert len(chosen) > 128
    assert owner.check_password(chosen)
    for other in (chosen.strip(), chosen[:128], chosen.upper()):
        assert not owner.check_password(other)
    wrong, right = (
        Client().post(reverse("account_login"), {"login": owner.email, "password": password})
        for password in (chosen.strip(), chosen)
    )
    assert (wrong.status_code, right.status_code) == (200, 302)


def test_the_api_refuses_a_common_password(owner: User) -> None:
    signed_up = Client().post(
        f"{APP}/auth/signup",
        {"email": "new@example.org", "password": COMMON},
        content_type="application/json",
    )
    token = Client().post(
        f"{APP}/auth/login",
        {"email": owner.email, "password": PASSWORD},
        content_type="application/json",
    )
    changed = Client(headers={"X-Session-Token": token.json()["meta"]["session_token"]}).post(
        f"{APP}/account/password/change",
        {"current_password": PASSWORD, "new_password": COMMON},
        content_type="application/json",
    )
    for answer in (signed_up, changed):
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["code"] == "password_too_common"
        assert error["message"] == "This password is too common."
    assert User.objects.count() == 1


def test_the_administration_refuses_a_common_password() -> None:
    chief = signed_in(Client(), User.objects.create_superuser("chief@example.org", PASSWORD))
    page = chief.post(
        "/admin/accounts/user/add/",
        {
            "email": "new@example.org",
            "usable_password": "true",
            "password1": COMMON,
            "password2": COMMON,
        },
    )
    assert "This password is too common." in page.content.decode()
    assert User.objects.count() == 1


def test_no_administrator_is_created_with_a_common_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", COMMON)
    with pytest.raises(CommandError, match="too common"):
        call_command("createsuperuser", email="chief@example.org", interactive=False)
    assert not User.objects.exists()
