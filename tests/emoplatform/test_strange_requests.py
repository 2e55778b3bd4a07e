"""What no client of ours would send is refused as such, by every route and method."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.models import User
from emoplatform.wsgi_requests import StrictHandler
from tests.conftest import signed_in
from tests.emoplatform.test_authorization import METHODS, ROUTES
from tests.emotions.api.calls import assert_problem
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

NAMES = (
    *("email", "password", "new_password", "current_password", "key", "code", "phone", "id"),
    *("primary", "sessions", "session", "name", "scope", "days", "client", "token", "more"),
    *("uuid", "taken_at", "time_zone", "felt", "mood", "note", "tags", "kept", "source", "me_x"),
    *("keep_others", "photo", "captures", "language", "pictures_kept_for", "version", "at"),
    *("way", "endpoint", "p256dh", "auth", "active", "file", "moods", "frames", "page_size"),
    *("cursor", "next", "q", "words", "tag", "span", "on", "since", "until", "deleted", "action"),
)
"""Of fields and parameters, ours and those of libraries."""
VALUES = {
    "half of a letter": r'"\ud800"',
    "half of a letter in a list": r'["a", "\udfff"]',
    "half of a letter in a name": r'{"\ud800": 1}',
    "a zero character": r'"\u0000"',
    "a number beyond numbers": "1e999",
    "not a number": "NaN",
    "an infinity": "-Infinity",
    "a huge integer": "9" * 400,
    "nested lists": "[" * 900 + "]" * 900,
    "nested objects": '{"a":' * 900 + "1" + "}" * 900,
    "an object": "{}",
    "a list": "[[]]",
    "nothing": "null",
    "a truth": "true",
    "a negative number": "-1",
    "a long text": json.dumps("x" * 100_000),
}


def json_bodies() -> Iterator[tuple[str, bytes]]:
    yield "a list", b'[{"email": "a@example.org"}]'
    yield "an integer of too many digits", b"9" * 5000
    yield "deeply nested lists", b"[" * 100_000 + b"]" * 100_000
    for name, value in VALUES.items():
        members = ", ".join(f'"{field}": {value}' for field in NAMES)
        yield name, f"{{{members}}}".encode()
    yield "bytes that are no text", b'{"email": "\xff\xfe\xed\xa0\x80"}'
    yield "a text of another encoding", '{"email": "é"}'.encode("utf-16")
    yield "half a document", b'{"email": '
    yield "the same field twice", b'{"email": "a@example.org", "email": "b@example.org"}'


JSON_BODIES = dict(json_bodies())
SOME_BODIES = {"half of a letter", "a zero character", "nested lists", "a list"}
UNUSUAL = {
    "a zero character",
    "an object",
    "nothing",
    "a truth",
    "a negative number",
    "a long text",
}
"""What is JSON that can be kept, so that it depends on the field."""


@pytest.fixture
def app(owner: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    signed = client.post(
        "/api/auth/app/v1/auth/login",
        {"email": owner.email, "password": PASSWORD},
        format="json",
    ).json()
    return APIClient(
        raise_request_exception=False, headers={"X-Session-Token": signed["meta"]["session_token"]}
    )


def send(client: APIClient, method: str, path: str, body: bytes, kind: str) -> Any:
    """Send a request, and take back whatever it has changed."""
    with transaction.atomic():
        answer = client.generic(method, path, body, kind)  # type: ignore[arg-type]  # takes bytes
        transaction.set_rollback(True)
    return answer


def filled(route: str) -> str:
    return re.sub(r"<(\w+):(\w+)>", lambda found: EXAMPLES[found[1]], route)


EXAMPLES = {
    "uuid": "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10",
    "int": "1",
    "str": "week",
    "slug": "moods",
    "path": "some/version",
    "day": "2026-03-14",
    "consent_kind": "use",
}
API = [route for route in ROUTES if route.startswith(("/api/v1/", "/api/auth/"))]


@pytest.mark.parametrize(
    "names",
    [SOME_BODIES, pytest.param(JSON_BODIES.keys() - SOME_BODIES, marks=pytest.mark.slow)],
    ids=["some", "others"],
)
@pytest.mark.parametrize("route", API)
def test_strange_json_is_refused_by_the_api(
    route: str, names: Collection[str], app: APIClient
) -> None:
    failed = []
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for name in names:
            answer = send(app, method, filled(route), JSON_BODIES[name], "application/json")
            if answer.status_code in {405, 415}:
                break  # whatever it is
            unread = method == "DELETE" or name in UNUSUAL
            if not (200 if unread else 400) <= answer.status_code < 500:
                failed.append((method, name, answer.status_code))
    assert failed == []


@pytest.mark.parametrize("key", ["-1", "-", "", "x", "zzzzzzzzzzzzz-1", "é-1", "0-0"])
def test_a_key_that_names_nobody_resets_no_password(key: str) -> None:
    client = Client()
    path = "/api/auth/app/v1/auth/password/reset"
    sent = {"key": key, "password": "another quiet diary"}
    assert client.post(path, sent, "application/json").status_code == 400
    assert client.get(path, headers={"X-Password-Reset-Key": key}).status_code == 400


@pytest.mark.parametrize(
    "route", ["account/phone", "auth/phone/verify", "auth/phone/verify/resend", "auth/code/resend"]
)
@pytest.mark.parametrize("method", METHODS)
def test_what_nobody_has_here_is_not_there(route: str, method: str, app: APIClient) -> None:
    path = f"/api/auth/app/v1/{route}"
    sent = {"phone": "+15551234567", "code": "123456"}
    answer = app.generic(method, path, json.dumps(sent), "application/json")
    assert_problem(answer, 404, "not_found")


def test_what_is_wrong_is_told_in_the_form_of_each_api(app: APIClient) -> None:
    of_allauth = app.generic(
        "POST", "/api/auth/app/v1/auth/login", r'{"email": "\ud800"}', "application/json"
    )
    assert_problem(of_allauth, 400, "invalid_json")
    told = of_allauth.json()
    assert told["detail"] == "Expected whole letters, received half of one."
    assert told["errors"] == [{"code": "invalid_json", "message": told["detail"]}]
    ours = app.generic("PATCH", "/api/v1/me/", r'{"kept": "\ud800"}', "application/json")
    assert_problem(ours, 400, "parse_error")
    assert ours.json()["detail"] == "Expected whole letters, received half of one."
    batch = app.post("/api/v1/captures/batch/", {"captures": "[" * 2000}, format="multipart")
    assert_problem(batch, 400, "invalid")
    large = send(app, "PATCH", "/api/v1/me/", b" " * 3_000_000, "application/json")
    assert_problem(large, 413, "too_large")


@pytest.mark.parametrize("charset", ["rot13", "base64", "utf-7", "utf-16", "none of these", "\xe9"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_other_encoding_is_believed(charset: str, method: str) -> None:
    """Before any middleware, so that the client of tests does not see it."""
    statuses: list[str] = []

    def start_response(status: str, *_: Any) -> Any:
        statuses.append(status)

    environ = RequestFactory()._base_environ(  # type: ignore[attr-defined]  # has no other way
        REQUEST_METHOD=method,
        PATH_INFO="/accounts/login/",
        QUERY_STRING="next=%C3%A9",
        CONTENT_TYPE=f"multipart/form-data; boundary=b; charset={charset}",
        CONTENT_LENGTH="0",
    )
    content = StrictHandler()(environ, start_response)
    assert statuses == ["200 OK" if method == "GET" else "403 Forbidden"]
    assert "next=%C3%A9" in b"".join(content).decode() or method == "POST"


STRANGE_TEXTS = ("%ED%A0%80%FF", "9" * 400)
TEXT_CONVERTERS = re.compile(r"<(?:str|slug|path):\w+>")


def strange_requests(route: str, texts: Iterable[str]) -> Iterator[tuple[str, str, bytes, str]]:
    """Yield methods, paths, bodies and their types."""
    path = filled(route)
    for text in texts:
        query = "&".join(f"{name}={text}" for name in NAMES)
        yield "GET", f"{path}?{query}", b"", "text/plain"
        yield "POST", path, query.encode(), "application/x-www-form-urlencoded"
        if TEXT_CONVERTERS.search(route):
            yield "GET", filled(TEXT_CONVERTERS.sub(text, route)), b"", "text/plain"
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n\0\r\n'
    parts = "".join(part.format(name) for name in NAMES)
    yield "POST", path, f"{parts}--b--\r\n".encode(), "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    "texts", [["%00"], pytest.param(STRANGE_TEXTS, marks=pytest.mark.slow)], ids=["zero", "others"]
)
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if not re.search(r"[(^\\]|^/admin/", route)]
)
def test_strange_forms_and_queries_are_refused(
    route: str, texts: Iterable[str], owner: User
) -> None:
    client = signed_in(APIClient(raise_request_exception=False), owner)
    failed = []
    for method, path, body, kind in strange_requests(route, texts):
        answer = send(client, method, path, body, kind)
        if answer.status_code >= 500 or ("%00" in path and answer.status_code != 400):
            failed.append((method, path[:60], kind, answer.status_code))
    assert failed == []


def test_a_zero_character_is_a_problem_for_apps_even_while_debugging(
    client: Client, settings: Any
) -> None:
    settings.DEBUG = True
    refused = client.get("/api/v1/changes/?cursor=%00")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["code"] == "bad_request"
