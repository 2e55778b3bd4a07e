"""Addresses that carry a key are written down without it."""

import re
import urllib.request
from pathlib import Path

import pytest
from django.urls import reverse

from emoplatform.log_formatting import redact_path
from tests.sites import installed_site, serve

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


def test_gunicorn_writes_no_key_down(tmp_path: Path) -> None:
    with installed_site(tmp_path) as site, serve(site, workers=1) as address:
        with urllib.request.urlopen(f"{address}/accounts/confirm-email/{KEY}/?{KEY}"):
            pass
        with urllib.request.urlopen(f"{address}/accounts/login/"):
            pass
    log = (tmp_path / "served.log").read_text()
    assert re.search(r"GET /accounts/confirm-email/…/ 200", log)
    assert "GET /accounts/login/ 200" in log
    assert KEY not in log
