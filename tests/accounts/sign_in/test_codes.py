"""A code by email signs in whoever forgot their password, and nobody else."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as configured
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Letter, SecurityEvent, Session, User
from tests.accounts.sign_in.test_second_factor import code
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db

ASK, CONFIRM = reverse("account_request_login_code"), reverse("account_confirm_login_code")
TODAY = reverse("emotions:today")
APP = "/api/auth/app/v1/auth"
NOBODY = "nobody@example.org"
CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)


def ask(email: str, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post(ASK, {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    return client


def sent_code() -> str:
    run_jobs()
    (found,) = CODE.findall(str(mail.outbox[-1].body))
    return str(found)


def is_signed_in(client: Client) -> bool:
    return client.get(TODAY).status_code == 200


def test_the_owner_signs_in_by_the_code(owner: User) -> None:
    client = ask(owner.email)
    assert "We sent an email to" in client.get(CONFIRM).content.decode()
    answer = client.post(CONFIRM, {"code": sent_code()})
    assert (answer.status_code, answer["Location"]) == (302, TODAY)
    assert is_signed_in(client)
    assert owner.security_events.filter(kind=SecurityEvent.Kind.SIGN_IN).exists()


def test_a_code_is_typed_as_people_type_and_works_once(owner: User) -> None:
    client = ask(owner.email)
    typed = sent_code().lower().replace("-", " ")
    assert client.post(CONFIRM, {"code": typed}).status_code == 302
    client.post(reverse("account_logout"))
    assert client.post(CONFIRM, {"code": typed})["Location"] == ASK


def test_the_code_of_another_session_is_none(owner: User) -> None:
    ask(owner.email)
    theirs = sent_code()
    thief = ask(owner.email)
    assert thief.post(CONFIRM, {"code": theirs}).status_code == 200
    assert not is_signed_in(thief)


@pytest.mark.parametrize("answer", ["", "BCDF-GHJK", "\u00df" * 8, "-"])
@pytest.mark.parametrize("known", [True, False], ids=["owner", "nobody"])
def test_nothing_else_signs_anybody_in(answer: str, known: bool, owner: User) -> None:
    client = ask(owner.email if known else NOBODY)
    assert client.post(CONFIRM, {"code": answer}).status_code == 200
    assert not is_signed_in(client)


@pytest.mark.parametrize("known", [True, False], ids=["owner", "nobody"])
def test_three_wrong_codes_end_the_attempt(known: bool, owner: User) -> None:
    client = ask(owner.email if known else NOBODY)
    statuses = [client.post(CONFIRM, {"code": "BCDF-GHJK"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 302]
    if known:
        assert client.post(CONFIRM, {"code": sent_code()})["Location"] == ASK
        assert not is_signed_in(client)


def test_a_code_expires(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, given = ask(owner.email), sent_code()
    later = time.time() + configured.ACCOUNT_LOGIN_BY_CODE_TIMEOUT + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.post(CONFIRM, {"code": given})["Location"] == ASK
    assert not is_signed_in(client)


def test_a_letter_that_comes_too_late_is_not_sent(owner: User) -> None:
    ask(owner.email)
    late = timedelta(seconds=configured.ACCOUNT_LOGIN_BY_CODE_TIMEOUT + 1)
    Letter.objects.update(created_at=timezone.now() - late)
    run_jobs()
    assert mail.outbox == []


def test_neither_the_queue_nor_the_session_holds_the_code(owner: User) -> None:
    ask(owner.email)
    letter, session = Letter.objects.values().get(), Session.objects.get().get_decoded()
    assert letter["person_id"] == owner.pk
    bare = sent_code().replace("-", "")
    for held in (str(letter), str(session)):
        assert bare not in held.upper().replace("-", "")


def test_the_second_factor_still_counts(owner: User) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(owner, secret)
    client = ask(owner.email)
    answer = client.post(CONFIRM, {"code": sent_code()})
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert is_signed_in(client)


def test_an_account_that_is_switched_off_gets_no_code(owner: User) -> None:
    User.objects.update(is_active=False)
    ask(owner.email)
    run_jobs()
    assert CODE.findall(str(mail.outbox[-1].body)) == []


def test_strangers_cannot_use_up_what_its_owner_may_ask_for(owner: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    stranger = {"X-Forwarded-For": "203.0.113.7"}
    for _ in range(5):
        ask(owner.email, Client(headers=stranger))
    assert Client(headers=stranger).post(ASK, {"email": owner.email}).status_code == 200
    ask(owner.email, Client(headers={"X-Forwarded-For": "203.0.113.8"}))


def test_the_sign_in_page_leads_there(db: None) -> None:
    assert f'href="{ASK}"' in Client().get(reverse("account_login")).content.decode()


def post(route: str, content: dict[str, str], token: str = "") -> Any:
    headers = {"X-Session-Token": token} if token else {}
    return Client(headers=headers).post(f"{APP}/{route}", content, content_type="application/json")


def test_apps_sign_in_by_a_code(owner: User) -> None:
    asked = post("code/request", {"email": owner.email})
    assert asked.status_code == 401
    flows = {flow["id"]: flow.get("is_pending") for flow in asked.json()["data"]["flows"]}
    assert flows["login_by_code"]
    token = asked.json()["meta"]["session_token"]
    assert post("code/confirm", {"code": "BCDF-GHJK"}, token).status_code == 400
    answer = post("code/confirm", {"code": sent_code()}, token)
    assert answer.status_code == 200
    assert answer.json()["data"]["user"]["email"] == owner.email


def test_apps_learn_nothing_about_nobody(owner: User) -> None:
    known, unknown = (post("code/request", {"email": email}) for email in (owner.email, NOBODY))
    assert known.status_code == unknown.status_code
    assert known.json()["data"] == unknown.json()["data"]
    token = unknown.json()["meta"]["session_token"]
    refused = [post("code/confirm", {"code": "BCDF-GHJK"}, token).status_code for _ in range(4)]
    assert refused == [400, 400, 400, 409]
