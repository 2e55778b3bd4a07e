"""Public pages, and what every page has in common."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from emotions.models import Capture

pytestmark = pytest.mark.django_db
PERSONAL = ["today", "capture", "history", "consent"]


@pytest.mark.parametrize("name", ["landing", "model_card"])
def test_public_pages_are_open(name: str, client: Client) -> None:
    assert client.get(reverse(f"emotions:{name}")).status_code == 200


def test_who_is_signed_in_lands_on_today(owner_client: Client) -> None:
    assert owner_client.get("/")["Location"] == reverse("emotions:today")


def test_every_page_forbids_inline_script_and_style(
    portrait: Capture, owner_client: Client
) -> None:
    urls = [reverse(f"emotions:{name}") for name in [*PERSONAL, "model_card"]]
    urls += [reverse("emotions:capture_detail", args=[portrait.uuid])]
    for url in urls:
        page = owner_client.get(url)
        policy = page["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        text = page.content.decode()
        assert not re.search(
            r'\sstyle="|<style|\son\w+="|<script(?![^>]*\s(?:src=|type="application/json"))', text
        ), url
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), url


def test_pages_name_only_static_files_that_exist(owner_client: Client) -> None:
    page = owner_client.get(reverse("emotions:capture")).content.decode()
    for name in set(re.findall(r'"/static/([^"#?]+)', page)):
        assert finders.find(name), name
