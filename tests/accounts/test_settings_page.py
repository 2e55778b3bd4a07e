"""The settings, tried as the owner, as another person and as nobody."""

import re
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from accounts.devices.sessions import key_digest
from accounts.models import AccessToken, Session, User
from accounts.tokens.selectors import get_valid_token
from accounts.tokens.services import create_token
from emotions.captures import recording
from emotions.models import Capture
from tests import pictures
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/"
NEW_TOKEN = {"name": "backup", "scope": "write", "days": "30"}


def signed_in_browser(person: User, user_agent: str = "curl/8") -> Client:
    client = Client(headers={"User-Agent": user_agent})
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    [
        SETTINGS,
        "/settings/language-and-time/",
        "/settings/devices/sign-out/",
        "/settings/devices/1/sign-out/",
        "/settings/tokens/",
        "/settings/tokens/1/revoke/",
        "/settings/delete-account/",
        "/accounts/2fa/",
    ],
)
def test_nobody_is_asked_to_sign_in(path: str, client: Client) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_the_page_shows_what_is_the_persons_and_nothing_of_others(
    owner_client: Client, owner: User, other: User
) -> None:
    create_token(person=owner, name="my backup", scope="read")
    create_token(person=other, name="their backup", scope="read")
    page = text(owner_client.get(SETTINGS))
    assert "my backup" in page
    assert "their backup" not in page


def test_the_time_zone_is_chosen(owner_client: Client, owner: User) -> None:
    url = "/settings/language-and-time/"
    refused = owner_client.post(url, {"language": "en", "time_zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert "We don&#x27;t know “Mars/Olympus”. Choose a region and city" in text(refused)
    for typed, zone in (("tokyo", "Asia/Tokyo"), ("America/new york", "America/New_York")):
        saved = owner_client.post(url, {"language": "en", "time_zone": typed})
        assert saved.status_code == 302
        owner.refresh_from_db()
        assert owner.time_zone == zone


def test_time_zones_are_offered_by_region_and_without_old_names(owner_client: Client) -> None:
    offered = set(re.findall(r'<option value="([^"]+)">', text(owner_client.get(SETTINGS))))
    assert {"Europe/Berlin", "Pacific/Kiritimati", "UTC"} <= offered
    assert not {"Factory", "localtime", "W-SU", "Etc/GMT+3", "EST5EDT"} & offered


# --- Access tokens ----------------------------------------------------------------------------


def test_a_secret_is_shown_in_one_answer_and_kept_nowhere(
    owner_client: Client, owner: User
) -> None:
    made = owner_client.post("/settings/tokens/", NEW_TOKEN)
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    secret = made.context["secret"]
    assert secret in text(made)
    token = get_valid_token(secret=secret)
    assert token
    assert (token.owner, token.scope) == (owner, "write")
    again = owner_client.get(SETTINGS)
    assert secret not in text(again)
    assert token.prefix in text(again)
    assert secret not in str(dict(owner_client.session))


def test_a_token_exports_only_if_its_owner_ticks_that(owner_client: Client, owner: User) -> None:
    made = owner_client.post("/settings/tokens/", NEW_TOKEN)
    assert ", can export everything" not in text(made)
    assert not AccessToken.objects.get().may_export
    ticked = owner_client.post("/settings/tokens/", {**NEW_TOKEN, "may_export": "on"})
    assert ", can export everything" in text(ticked)
    assert get_valid_token(secret=ticked.context["secret"]).may_export  # type: ignore[union-attr]


def test_a_token_needs_a_name(owner_client: Client) -> None:
    assert owner_client.post("/settings/tokens/", {**NEW_TOKEN, "name": ""}).status_code == 422
    assert not AccessToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_after_a_question(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    token, _ = create_token(person=owner, name="backup", scope="read")
    path = f"/settings/tokens/{token.pk}/revoke/"
    assert other_client.get(path).status_code == 404
    assert other_client.post(path).status_code == 404
    assert "backup" in text(owner_client.get(path))
    assert AccessToken.objects.exists()
    assert owner_client.post(path).status_code == 302
    assert not AccessToken.objects.exists()


# --- Devices ----------------------------------------------------------------------------------


def test_a_device_is_signed_out_by_its_owner_after_a_question(
    owner: User, other_client: Client
) -> None:
    here, there = signed_in_browser(owner), signed_in_browser(owner, "Elsewhere/1")
    lost = UserSession.objects.get(session_key=key_digest(there.session.session_key or ""))
    path = f"/settings/devices/{lost.pk}/sign-out/"
    assert "Elsewhere" in text(here.get(SETTINGS))
    assert other_client.post(path).status_code == 404
    assert "Elsewhere" in text(here.get(path))
    assert there.get("/today/").status_code == 200
    assert here.post(path).status_code == 302
    assert there.get("/today/").status_code == 302
    assert here.get("/today/").status_code == 200


def test_this_device_is_signed_out_as_ever(owner: User) -> None:
    here = signed_in_browser(owner)
    path = f"/settings/devices/{UserSession.objects.get().pk}/sign-out/"
    assert here.get(path)["Location"] == reverse("account_logout")


def test_one_may_sign_out_everywhere_else(owner: User, other: User) -> None:
    here, there = signed_in_browser(owner), signed_in_browser(owner)
    theirs = signed_in_browser(other)
    assert here.post("/settings/devices/sign-out/").status_code == 302
    assert here.get("/today/").status_code == 200
    assert there.get("/today/").status_code == 302
    assert theirs.get("/today/").status_code == 200


# --- The way out ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_account_goes_with_rows_files_sessions_and_tokens(
    owner: User, other: User, media: Path
) -> None:
    here, there = signed_in_browser(owner), signed_in_browser(owner)
    theirs = signed_in_browser(other)
    _, secret = create_token(person=owner, name="backup", scope="read")
    for person in (owner, other):
        recording.record_capture(
            owner=person,
            photo=pictures.astronaut_jpeg(),
            source=Capture.Source.UPLOAD,
            time_zone="UTC",
        )
    kept = set(Capture.objects.get(owner=other).picture_names)

    refused = here.post("/settings/delete-account/", {"password": "guess"})
    assert refused.status_code == 422
    assert User.objects.filter(pk=owner.pk).exists()

    gone = here.post("/settings/delete-account/", {"password": PASSWORD}, follow=True)
    assert gone.redirect_chain == [("/", 302)]
    assert "Your account has been deleted" in text(gone)
    assert not User.objects.filter(pk=owner.pk).exists()
    assert get_valid_token(secret=secret) is None
    for client in (here, there):
        assert client.get("/today/").status_code == 302
    assert [session.user for session in UserSession.objects.all()] == [other]
    assert Session.objects.filter(person=other).exists()
    files = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert files == kept
    assert theirs.get("/today/").status_code == 200


def test_guessing_the_password_is_slowed_down(owner_client: Client) -> None:
    codes = {
        owner_client.post("/settings/delete-account/", {"password": "guess"}).status_code
        for _ in range(11)
    }
    assert codes == {422, 429}
