"""Addresses that carry a key are written down without it."""

import re
import urllib.request

import pytest
from django.urls import reverse

from emoplatform.log_formatting import redact_path
from tests.pace import wait_until
from tests.sites import Site

KEY = "geheim-1a2b3c"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("account_reset_password_from_key", {"uidb36": "1", "key": KEY}),
        ("account_confirm_email", {"key": KEY}),
        ("emotions:reminders_stop", {"sealed": KEY}),
    ],
)
def test_the_key_of_a_link_is_masked(name: str, arguments: dict[str, str]) -> None:
    path = reverse(name, kwargs=arguments)
    assert KEY in path
    assert KEY not in redact_path(path)


def test_other_addresses_stay_as_they_are() -> None:
    for path in ("/today/", "/accounts/password/reset/", "/reminders/", "/captures/1/"):
        assert redact_path(path) == path


@pytest.mark.xdist_group("sites")
def test_gunicorn_writes_no_key_down(shared_site: Site, shared_address: str) -> None:
    for path in (f"/accounts/confirm-email/{KEY}/?{KEY}", "/accounts/login/"):
        urllib.request.urlopen(shared_address + path).close()
    served = shared_site.folder / "served.log"
    wait_until(lambda: "GET /accounts/login/ 200" in served.read_text())
    log = served.read_text()
    assert re.search(r"GET /accounts/confirm-email/…/ 200", log)
    assert KEY not in log
