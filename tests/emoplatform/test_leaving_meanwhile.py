"""Who deletes their account while a request of theirs is under way leaves nothing behind."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import IntegrityError
from django.test import Client
from rest_framework.test import APIClient

from accounts.consents import require_consent
from accounts.models import User
from accounts.services import delete_account
from accounts.tokens.services import create_token
from emotions.captures import analysis, recording
from emotions.models import Capture
from tests import pictures
from tests.conftest import signed_in
from tests.emotions.api.calls import CAPTURES, assert_problem, create
from tests.factories import PASSWORD
from tests.pace import patience
from tests.sites import Site, create_app_session
from tests.uploads import upload


@pytest.fixture
def leaving(owner: User, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the owner leave between the reading of a photo and its rows."""
    analyse = analysis.analyse_photo

    def analyse_and_leave(*arguments: Any, **named: Any) -> Any:
        analysed = analyse(*arguments, **named)
        leave()
        return analysed

    def leave() -> None:
        delete_account(person=User.objects.get(pk=owner.pk))

    monkeypatch.setattr(recording, "analyse_photo", analyse_and_leave)
    return leave


def pictures_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("leaving")
@pytest.mark.parametrize("by", ["session", "token"])
def test_an_app_is_told_that_it_is_signed_out(owner: User, media: Path, by: str) -> None:
    client = APIClient(raise_request_exception=False)
    if by == "session":
        signed_in(client, owner)
    else:
        _, secret = create_token(person=owner, name="script", scope="write")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    refused = create(client, pictures.astronaut_jpeg())
    assert_problem(refused, 401, "authentication_failed")
    assert refused["WWW-Authenticate"]
    assert pictures_in(media) == []
    assert not Capture.objects.exists()


@pytest.mark.django_db
def test_an_app_is_not_asked_for_the_consent_that_went_with_the_account(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_and_require(**named: Any) -> None:
        delete_account(person=User.objects.get(pk=owner.pk))
        require_consent(**named)

    monkeypatch.setattr(recording, "require_consent", leave_and_require)
    _, secret = create_token(person=owner, name="script", scope="write")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    refused = create(client, pictures.astronaut_jpeg())
    assert_problem(refused, 401, "authentication_failed")
    assert refused["WWW-Authenticate"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("leaving")
def test_a_browser_is_led_to_the_sign_in(owner: User, media: Path) -> None:
    client = signed_in(Client(raise_request_exception=False), owner)
    answer: Any = upload(client, pictures.astronaut_jpeg())
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert pictures_in(media) == []


@pytest.mark.django_db
def test_to_leave_twice_at_once_is_to_leave(owner: User) -> None:
    again = User.objects.get(pk=owner.pk)
    delete_account(person=owner)
    delete_account(person=again)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_any_other_failure_stays_one(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(recording, "store", fail)
    client = signed_in(APIClient(raise_request_exception=False), owner)
    assert_problem(create(client, pictures.astronaut_jpeg()), 500, "server_error")


@pytest.mark.xdist_group("sites")
def test_ten_uploads_and_a_farewell_at_once(shared_site: Site, shared_address: str) -> None:
    email, photo = "farewell@example.org", pictures.astronaut_jpeg()
    headers = {"X-Session-Token": create_app_session(shared_site, email)}
    media = shared_site.folder / "media"
    before, start = set(pictures_in(media)), threading.Barrier(11)

    def send(_: int) -> int:
        start.wait()
        return requests.post(
            f"{shared_address}{CAPTURES}",
            files={"photo": ("p.jpg", photo)},
            headers=headers,
            timeout=patience(100),
        ).status_code

    def leave() -> int:
        start.wait()
        return requests.delete(
            f"{shared_address}/api/v1/me/",
            json={"password": PASSWORD},
            headers=headers,
            timeout=patience(100),
        ).status_code

    with ThreadPoolExecutor(11) as pool:
        left = pool.submit(leave)
        statuses = set(pool.map(send, range(10)))
    assert left.result() == 204
    assert statuses <= {201, 401}
    assert set(pictures_in(media)) == before
    code = "from accounts.models import User; print(User.objects.filter(email={!r}).count())"
    assert shared_site.python(code.format(email)).split()[-1] == "0"
