"""Redis may be away, refusing or silent: the site goes on at its usual speed and says so once."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from redis import RedisError
from rest_framework.test import APIClient

from accounts.models import User
from emoplatform import redis_cache
from emoplatform.environment import Environment
from tests import factories, pictures
from tests.emotions.api.calls import TODAY, note

pytestmark = pytest.mark.django_db
SIGN_IN = "/api/auth/app/v1/auth/login"


@pytest.fixture(params=["refusing", "silent"])
def away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Redis that is not there, or that never answers."""
    monkeypatch.setattr(redis_cache, "breaker", redis_cache.CircuitBreaker())
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        if request.param == "silent":
            place.listen(100)
        yield f"redis://127.0.0.1:{place.getsockname()[1]}/0"


@pytest.fixture
def attempts(
    away: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[object]]:
    """The attempts to reach a Redis that is away, each of which takes up to its timeout."""
    made: list[object] = []
    call = RedisCacheClient.get_client

    def get_client(client: Any, *args: Any, **options: Any) -> Any:
        made.append(client)
        return call(client, *args, **options)

    monkeypatch.setattr(RedisCacheClient, "get_client", get_client)
    monkeypatch.setattr(redis_cache, "RESET_TIMEOUT", 3600)
    usual = settings.CACHES
    settings.CACHES = Environment({"REDIS_URL": away}).caches("REDIS_URL")
    yield made
    settings.CACHES = usual


def test_the_api_goes_on_and_logs_one_warning(
    settings: Settings,
    owner_api: APIClient,
    attempts: list[object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (1, 60))
    for _ in range(3):
        assert owner_api.get(TODAY).status_code == 200
        assert note(owner_api, mood=3).status_code == 201
        frame = SimpleUploadedFile("x.jpg", pictures.astronaut_jpeg())
        assert owner_api.post("/api/v1/detect/", {"photos": frame}).status_code == 200
        assert APIClient().get(TODAY).status_code == 401
    assert len(attempts) == 1
    warnings = [entry for entry in caplog.records if "Redis is unavailable" in entry.message]
    assert len(warnings) == 1


def test_people_still_sign_in(client: Client, owner: User, attempts: list[object]) -> None:
    body = {"email": owner.email, "password": factories.PASSWORD}
    signed_in = client.post(SIGN_IN, body, content_type="application/json")
    assert signed_in.status_code == 200
    wrong = client.post(SIGN_IN, {**body, "password": "x"}, content_type="application/json")
    assert wrong.status_code == 400
    page = Client().post("/accounts/login/", {"login": owner.email, "password": factories.PASSWORD})
    assert page.status_code == 302
    assert len(attempts) == 1


def test_redis_is_retried_after_the_reset_timeout() -> None:
    breaker = redis_cache.CircuitBreaker()
    answers: list[object] = [RedisError(), "again"]

    def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    assert breaker.call(ask, fallback="nothing") == "nothing"
    assert breaker.call(ask, fallback="nothing") == "nothing"
    breaker.retry_at = time.monotonic()
    assert breaker.call(ask, fallback="nothing") == "again"
