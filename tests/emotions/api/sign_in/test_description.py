"""What the document says of signing in is true: each operation answers each status it names."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from emotions.api.schema_document import build
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.sign_in.apps import PREFIX, App
from tests.emotions.api.sign_in.scenarios import SCENARIOS

pytestmark = pytest.mark.django_db
DOCUMENT: dict[str, Any] = json.loads(build("en").content)
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path.removeprefix(PREFIX)): operation
    for path, methods in DOCUMENT["paths"].items()
    if path.startswith(PREFIX)
    for method, operation in methods.items()
}
EVERYWHERE = {410, 500}
"""Statuses that all operations answer, for other reasons than their own."""


def closed(node: Any) -> Any:
    """Return a part of the document whose objects have no other members than it names."""
    if isinstance(node, list):
        return [closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    narrow = {"additionalProperties": False} if isinstance(node.get("properties"), dict) else {}
    return {name: closed(part) for name, part in node.items()} | narrow


COMPONENTS = closed(DOCUMENT["components"])


def check(method: str, route: str, answer: Any) -> None:
    """Hold an answer to the document, also that it says nothing else."""
    told = OPERATIONS[method, route]["responses"][str(answer.status_code)]
    schema = told["content"][answer["Content-Type"]]["schema"]
    Draft202012Validator({**schema, "components": COMPONENTS}).validate(answer.json())
    assert ("Retry-After" in answer) == ("Retry-After" in told["headers"])


@pytest.fixture
def app(owner: User, settings: Settings) -> App:
    """The app of a person who is not signed in."""
    return App(owner, settings)


def test_every_status_has_a_scenario() -> None:
    named = {
        (*call, int(status)) for call, told in OPERATIONS.items() for status in told["responses"]
    }
    assert {one for one in named if one[2] not in EVERYWHERE} == SCENARIOS.keys()
    assert len(OPERATIONS) == 29


@pytest.mark.parametrize(("method", "route", "status"), SCENARIOS)
def test_every_answer_is_as_the_document_says(
    app: App, method: str, route: str, status: int
) -> None:
    answer = SCENARIOS[method, route, status](app)
    assert answer.status_code == status, answer.content
    check(method, route, answer)


@pytest.mark.parametrize(("method", "route"), OPERATIONS)
def test_a_token_that_has_ended_is_gone(app: App, method: str, route: str) -> None:
    app.headers = {"X-Session-Token": "gone"}
    answer = app.ask(method, route, {} if "requestBody" in OPERATIONS[method, route] else None)
    assert answer.status_code == 410
    check(method, route, answer)


@pytest.mark.parametrize(
    ("method", "route"), [call for call, told in OPERATIONS.items() if "requestBody" in told]
)
def test_a_body_that_is_no_object_is_a_problem(app: App, method: str, route: str) -> None:
    answer = app.ask(method, route, [])
    assert_problem(answer, 400, "invalid_json")
    check(method, route, answer)


@pytest.mark.parametrize(
    "route", ["auth/email/verify/resend", "tokens/refresh", "auth/provider/token", "nothing"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_document_does_not_name_is_not_there(method: str, route: str) -> None:
    path = PREFIX + route
    assert_problem(APIClient().generic(method, path, "{}", "application/json"), 404, "not_found")
