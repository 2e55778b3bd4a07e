"""Public pages, and what every page has in common."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from emotions.models import Capture

pytestmark = pytest.mark.django_db
PERSONAL = ["today", "capture", "history", "consent"]


@pytest.mark.parametrize("name", ["landing", "model_card"])
def test_public_pages_are_open(name: str, client: Client) -> None:
    assert client.get(reverse(f"emotions:{name}")).status_code == 200


def test_without_scripts_nothing_on_the_first_page_could_send_a_photo(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "needs JavaScript" in page
    file = re.search(r"<input[^>]*type=\"file\"[^>]*>", page)
    assert file
    assert "name=" not in file[0]
    assert 'method="post"' not in page[page.index("data-try") : page.index("</form>")]


@pytest.mark.parametrize(("mode", "leads_to"), [("open", "signup"), ("closed", "login")])
def test_who_tried_it_is_led_to_an_account(
    client: Client, settings: Settings, mode: str, leads_to: str
) -> None:
    settings.SIGN_UP = mode
    page = client.get("/").content.decode()
    result = page[page.index("data-try-result") : page.index("</form>")]
    assert f'href="/accounts/{leads_to}/"' in result


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
        assert "'unsafe-" not in policy
        text = page.content.decode()
        assert not re.search(
            r'\sstyle="|<style|\son\w+="|<script(?![^>]*\s(?:src=|type="application/json"))', text
        ), url
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), url


def test_pages_name_only_static_files_that_exist(owner_client: Client) -> None:
    page = owner_client.get(reverse("emotions:capture")).content.decode()
    for name in set(re.findall(r'"/static/([^"#?]+)', page)):
        assert finders.find(name), name
