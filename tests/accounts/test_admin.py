"""Administrators help who lost a second factor, and see no secret of anybody."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
FACTORS = "/admin/mfa/authenticator/"


def test_a_lost_second_factor_is_removed_without_being_seen(owner: User) -> None:
    desk = signed_in(Client(), User.objects.create_superuser("chief@example.org", PASSWORD))
    factor = TOTP.activate(owner, "JBSWY3DPEHPK3PXP").instance
    for path in (f"{FACTORS}?q=owner", f"{FACTORS}{factor.pk}/change/"):
        page = desk.get(path)
        assert page.status_code == 200
        assert owner.email in page.content.decode()
        assert "JBSWY3DPEHPK3PXP" not in page.content.decode()
    assert desk.post(f"{FACTORS}{factor.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()


def test_where_somebody_is_signed_in_is_not_shown() -> None:
    desk = signed_in(Client(), User.objects.create_superuser("chief@example.org", PASSWORD))
    assert desk.get("/admin/usersessions/usersession/").status_code == 404
