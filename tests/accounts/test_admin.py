"""Administrators come in by two factors, help who lost one, and see no secret of anybody."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
FACTORS = "/admin/mfa/authenticator/"


def test_a_lost_second_factor_is_removed_without_being_seen(owner: User) -> None:
    administrator = signed_in(
        Client(), User.objects.create_superuser("chief@example.org", PASSWORD)
    )
    factor = TOTP.activate(owner, "JBSWY3DPEHPK3PXP").instance
    for path in (f"{FACTORS}?q=owner", f"{FACTORS}{factor.pk}/change/"):
        page = administrator.get(path)
        assert page.status_code == 200
        assert owner.email in page.content.decode()
        assert "JBSWY3DPEHPK3PXP" not in page.content.decode()
    assert administrator.post(f"{FACTORS}{factor.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()


def test_where_somebody_is_signed_in_is_not_shown() -> None:
    administrator = signed_in(
        Client(), User.objects.create_superuser("chief@example.org", PASSWORD)
    )
    assert administrator.get("/admin/usersessions/usersession/").status_code == 404


def test_staff_come_in_by_the_site_s_own_sign_in_and_a_second_factor(settings: Settings) -> None:
    settings.ADMIN_NEEDS_SECOND_FACTOR = True
    chief = User.objects.create_superuser("chief@example.org", PASSWORD)
    administrator = Client()
    asked = administrator.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    administrator.post("/accounts/login/", {"login": chief.email, "password": PASSWORD})

    sent = administrator.get("/admin/", follow=True)
    assert sent.redirect_chain[-1][0] == "/accounts/2fa/"
    assert "The admin site requires a second factor" in sent.content.decode()
    TOTP.activate(chief, "JBSWY3DPEHPK3PXP")

    again = Client()
    half = again.post("/accounts/login/", {"login": chief.email, "password": PASSWORD})
    assert half["Location"].startswith("/accounts/2fa/authenticate/")
    kept_out = again.get("/admin/", follow=True)
    assert kept_out.redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    code = hotp_value("JBSWY3DPEHPK3PXP", next(yield_hotp_counters_from_time()))
    again.post("/accounts/2fa/authenticate/", {"code": f"{code:06d}"})
    assert again.get("/admin/").status_code == 200


def test_nobody_else_comes_in(owner_client: Client, settings: Settings) -> None:
    for needed in (True, False):
        settings.ADMIN_NEEDS_SECOND_FACTOR = needed
        assert owner_client.get("/admin/", follow=True).status_code == 403
        guess = {"username": "chief@example.org", "password": PASSWORD}
        assert Client().post("/admin/login/", guess)["Location"].startswith("/accounts/login/")


def test_the_password_is_changed_where_everybody_changes_it() -> None:
    administrator = signed_in(
        Client(), User.objects.create_superuser("chief@example.org", PASSWORD)
    )
    assert administrator.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_a_session_from_before_the_second_factor_does_not_come_in(settings: Settings) -> None:
    settings.ADMIN_NEEDS_SECOND_FACTOR = True
    chief = User.objects.create_superuser("chief@example.org", PASSWORD)
    administrator = signed_in(Client(), chief)
    TOTP.activate(chief, "JBSWY3DPEHPK3PXP")
    sent = administrator.get("/admin/")
    assert sent.status_code == 302
    asked = administrator.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    code = hotp_value("JBSWY3DPEHPK3PXP", next(yield_hotp_counters_from_time()))
    form = {"code": f"{code:06d}", "next": "/admin/"}
    assert administrator.post("/accounts/2fa/reauthenticate/", form)["Location"] == "/admin/"
    assert administrator.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()
    assert administrator.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/2fa/"
