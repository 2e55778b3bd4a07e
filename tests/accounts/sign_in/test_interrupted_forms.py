"""Words outlive the session in which they were written."""

import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from accounts.sign_in import interrupted_forms
from emotions.models import Capture
from tests import factories

pytestmark = pytest.mark.django_db
NOTE = "First line\r\nsecond, with “quotes” & <signs>"
UUID = "00000000-0000-4000-8000-000000000000"
POSTED: dict[str, dict[str, Any]] = {
    "words": {"note": NOTE, "tags": "work, rain", "mood": "4", "taken_at": "2026-03-14T09:30"},
    "bulk_delete": {"uuid": [UUID, UUID.replace("4", "5", 1)]},
    "restore": {"uuid": UUID},
    "capture_edit": {"note": NOTE},
    "use_time_of_photo": {},
    "capture_turn": {"degrees": "90", "sequence": "1"},
    "purge": {},
    "capture_delete": {},
}
OF_ONE = {"capture_edit", "capture_turn", "use_time_of_photo", "purge", "capture_delete"}
SETTINGS = ["language_and_time", "devices_sign_out", "token_create"]


def end_session(client: Client) -> None:
    """End a session as another device does it: the browser, which has used it, learns nothing."""
    client.get(reverse("emotions:today"))
    Session.objects.all().delete()


def sign_in(client: Client, owner: User) -> str:
    """Sign in by the page, and return to where that leads."""
    sent = client.post(
        f"{reverse('account_login')}?next={reverse('accounts:interrupted_form')}",
        {
            "login": owner.email,
            "password": factories.PASSWORD,
            "next": reverse("accounts:interrupted_form"),
        },
    )
    return str(sent["Location"])


@pytest.mark.parametrize("name", [*POSTED, *(f"accounts:{name}" for name in SETTINGS)])
def test_every_form_comes_back_after_signing_in(
    owner: User, owner_client: Client, name: str
) -> None:
    args = [UUID] if name in OF_ONE else []
    url = reverse(name if ":" in name else f"emotions:{name}", args=args)
    fields = POSTED.get(name, {"name": "x"})
    end_session(owner_client)

    asked = owner_client.post(url, fields, headers={"Referer": "http://testserver/history/?tag=a"})
    assert unquote(asked["Location"]) == "/accounts/login/?next=/settings/interrupted-form/"
    page = owner_client.get(sign_in(owner_client, owner))

    assert page.status_code == 200
    content = page.content.decode()
    assert "/history/?tag=a" in content
    form = page.context["form"]
    if form.fields:
        assert f'action="{url}"' in content
    assert {key for key, _ in form.fields} == set(fields)


def test_words_are_sent_again_as_they_were_written(owner: User, owner_client: Client) -> None:
    end_session(owner_client)
    owner_client.post(reverse("emotions:words"), POSTED["words"])
    content = owner_client.get(sign_in(owner_client, owner)).content.decode()
    [note] = re.findall(r'<textarea[^>]*name="note"[^>]*>\n(.*?)</textarea>', content, re.DOTALL)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', content))
    assert unescape(note) == NOTE
    owner_client.post(reverse("emotions:words"), hidden | {"note": unescape(note)})
    written = Capture.objects.get()
    assert (written.owner, written.mood) == (owner, 4)
    assert written.note.split() == NOTE.split()
    assert {tag.name for tag in written.tags.all()} == {"work", "rain"}
    # Shown once: then nothing of it is left.
    assert owner_client.get(reverse("accounts:interrupted_form")).status_code == 302


def test_files_and_secrets_are_not_saved(owner: User, owner_client: Client) -> None:
    end_session(owner_client)
    file = SimpleUploadedFile("diary.csv", b"mood")
    owner_client.post(reverse("emotions:import"), {"file": file, "old_password": "geheim"})
    saved = owner_client.session[interrupted_forms.SESSION_KEY]
    assert saved["had_files"]
    assert "geheim" not in str(saved)
    page = owner_client.get(sign_in(owner_client, owner)).content.decode()
    assert "choose them again" in page


def test_nothing_is_saved_for_long_nor_of_much_nor_of_strangers(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Client()
    stranger.post(reverse("emotions:words"), POSTED["words"])
    assert interrupted_forms.SESSION_KEY not in stranger.session
    end_session(owner_client)
    owner_client.post(reverse("emotions:words"), {"note": "x" * 30_000})
    assert owner_client.session[interrupted_forms.SESSION_KEY]["fields"] == []
    owner_client.post(reverse("emotions:words"), POSTED["words"])
    monkeypatch.setattr(interrupted_forms, "MAX_AGE", -1)
    sign_in(owner_client, owner)
    assert owner_client.get(reverse("accounts:interrupted_form")).status_code == 302


def test_whoever_else_signs_in_sees_nothing_of_it(other: User, owner_client: Client) -> None:
    end_session(owner_client)
    owner_client.post(reverse("emotions:words"), POSTED["words"])
    page = owner_client.get(sign_in(owner_client, other), follow=True)
    assert page.redirect_chain == [(reverse("emotions:today"), 302)]
    assert interrupted_forms.SESSION_KEY not in owner_client.session


def test_a_form_of_another_site_is_not_saved(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = "ended"
    client.cookies[settings.LAST_PERSON_COOKIE_NAME] = "somebody"
    answer = client.post(reverse("emotions:words"), POSTED["words"])
    assert answer.status_code == 403
    assert interrupted_forms.SESSION_KEY not in client.session
