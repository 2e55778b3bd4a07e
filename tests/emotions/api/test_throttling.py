"""Fair use: exact limits, told in advance, that nobody escapes and that take nothing down."""

import os
import threading
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import requests
from corsheaders.checks import check_settings
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens.services import create_token
from common import rate_limits
from tests.emotions.api.calls import CAPTURES, TODAY, assert_problem, note
from tests.pace import patience, wait_until
from tests.sites import Site, create_app_session, serve

pytestmark = pytest.mark.django_db
HOUR = 3600
REDIS = os.environ.get("REDIS_URL", "")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock by which requests are counted; an hour ends only when a test says so."""
    clock = SimpleNamespace(now=500_000.5 * HOUR)
    monkeypatch.setattr(rate_limits, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


def limit(settings: Settings, **limits: int) -> None:
    counts = {name: (count, HOUR) for name, count in limits.items()}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **counts}


def test_what_is_left_is_told_until_nothing_is(
    settings: Settings, owner_api: APIClient, other_api: APIClient
) -> None:
    limit(settings, person=3)
    for left in (2, 1, 0):
        answer = owner_api.get(TODAY)
        assert answer.status_code == 200
        assert answer["RateLimit-Policy"] == '"person";q=3;w=3600'
        assert answer["RateLimit"].startswith(f'"person";r={left};t=')
    refused = owner_api.get(TODAY)
    assert_problem(refused, 429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= HOUR
    assert refused["RateLimit"].startswith('"person";r=0;')
    assert other_api.get(TODAY).status_code == 200


def test_recording_has_a_limit_of_its_own(settings: Settings, owner_api: APIClient) -> None:
    limit(settings, capture=2)
    for _ in range(2):
        made = note(owner_api, mood=3)
        assert made.status_code == 201
        assert '"capture";q=2;w=3600' in made["RateLimit-Policy"]
    assert_problem(note(owner_api, mood=3), 429, "throttled")
    assert owner_api.get(CAPTURES).status_code == 200
    assert owner_api.patch(made["Location"], {"mood": 4}, format="json").status_code == 200


def test_each_token_is_counted_by_itself(
    settings: Settings, owner: User, owner_api: APIClient
) -> None:
    limit(settings, person=1)
    assert owner_api.get(TODAY).status_code == 200
    for name in ("one", "two"):
        _, secret = create_token(person=owner, name=name, scope="read", days=1)
        script = APIClient(headers={"Authorization": f"Bearer {secret}"})
        assert script.get(TODAY).status_code == 200
        assert_problem(script.get(TODAY), 429, "throttled")


@pytest.mark.parametrize("proxies", [0, 1])
def test_who_guesses_tokens_is_stopped_whatever_address_they_claim(
    settings: Settings, owner_api: APIClient, proxies: int
) -> None:
    limit(settings, address=3)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    statuses = []
    for number in range(5):
        claimed = f"10.0.0.{number}, 203.0.113.7" if proxies else f"10.0.0.{number}"
        headers = {"Authorization": "Bearer emo_guess", "X-Forwarded-For": claimed}
        statuses.append(APIClient().get(TODAY, headers=headers).status_code)
    assert statuses == [401, 401, 401, 429, 429]
    assert owner_api.get(TODAY).status_code == 200


def test_another_address_behind_the_proxy_is_another_one(settings: Settings, db: None) -> None:
    limit(settings, address=1)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(3):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        assert APIClient().get(TODAY, headers=headers).status_code == 401


def test_the_addresses_of_one_home_are_one(settings: Settings, db: None) -> None:
    limit(settings, address=2)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}

    def guess(address: str) -> int:
        headers = {"Authorization": "Bearer emo_guess", "X-Forwarded-For": address}
        return int(APIClient().get(TODAY, headers=headers).status_code)

    home = [f"2001:db8:0:1:{number:x}::1" for number in range(3)]
    assert [guess(address) for address in home] == [401, 401, 429]
    assert guess("2001:db8:0:2::1") == 401
    assert [guess(f"::ffff:203.0.113.{number}") for number in range(3)] == [401, 401, 401]


def test_who_waits_as_long_as_told_is_let_in(
    settings: Settings, owner_api: APIClient, clock: SimpleNamespace
) -> None:
    limit(settings, person=1)
    clock.now = 500_000 * HOUR + 0.6
    assert owner_api.get(TODAY).status_code == 200
    refused = owner_api.get(TODAY)
    assert_problem(refused, 429, "throttled")
    clock.now += int(refused["Retry-After"])
    assert owner_api.get(TODAY).status_code == 200


def test_many_others_do_not_push_a_counter_out() -> None:
    assert rate_limits.increment("limit:mine", 1, HOUR) == 1
    for number in range(1000):
        rate_limits.increment(f"limit:another-{number}", 1, HOUR)
    assert rate_limits.increment("limit:mine", 1, HOUR) == 2


def test_limits_count_exactly_when_many_ask_at_once(settings: Settings, owner: User) -> None:
    limit(settings, person=20)
    counts: list[int | None] = []
    threads = [
        threading.Thread(target=lambda: counts.append(rate_limits.increment("limit:test", 1, HOUR)))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told for told in counts if told) == list(range(1, 51))


@pytest.mark.skipif(not REDIS, reason="counts are shared between processes only by Redis")
@pytest.mark.xdist_group("sites")
def test_a_limit_is_exact_over_two_processes(shared_site: Site) -> None:
    wait_until(lambda: time.time() % HOUR < HOUR - 60, seconds=60)  # All counts are of one hour.
    address_of_counts = urlsplit(REDIS)._replace(path="/14").geturl()
    redis.Redis.from_url(address_of_counts).flushdb()
    statuses: list[int] = []
    token = create_app_session(shared_site, "limited@example.org")
    with serve(shared_site, API_LIMIT_PERSON="40/h", REDIS_URL=address_of_counts) as address:

        def ask() -> None:
            for _ in range(10):
                headers = {"X-Session-Token": token}
                answer = requests.get(f"{address}{TODAY}", headers=headers, timeout=patience(30))
                statuses.append(answer.status_code)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (statuses.count(200), statuses.count(429)) == (40, 20)


# --- Pages elsewhere --------------------------------------------------------------------------

ELSEWHERE = "https://app.example.org"


def preflight(path: str = TODAY) -> Any:
    return APIClient().options(
        path,
        headers={
            "Origin": ELSEWHERE,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "x-session-token, if-match, idempotency-key",
        },
    )


def test_pages_elsewhere_may_not_call_unless_they_are_named(
    settings: Settings, owner_api: APIClient
) -> None:
    assert "Access-Control-Allow-Origin" not in preflight()
    assert "Access-Control-Allow-Origin" not in owner_api.get(TODAY, headers={"Origin": ELSEWHERE})
    settings.CORS_ALLOWED_ORIGINS = [ELSEWHERE]
    allowed = preflight()
    assert allowed["Access-Control-Allow-Origin"] == ELSEWHERE
    assert "idempotency-key" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    told = owner_api.get(TODAY, headers={"Origin": ELSEWHERE})
    exposed = set(told["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "RateLimit", "Retry-After", "Warning", "X-Request-Id"} <= exposed
    other = owner_api.get(TODAY, headers={"Origin": "https://evil.example.org"})
    assert "Access-Control-Allow-Origin" not in other
    page = APIClient().get("/model/", headers={"Origin": ELSEWHERE})
    assert "Access-Control-Allow-Origin" not in page


@pytest.mark.parametrize("scheme", ["capacitor", "ionic", "tauri"])
def test_pages_inside_apps_may_call_where_they_are_named(
    settings: Settings, owner_api: APIClient, scheme: str
) -> None:
    inside = f"{scheme}://localhost"
    settings.CORS_ALLOWED_ORIGINS = [inside]
    told = owner_api.get(TODAY, headers={"Origin": inside})
    assert told["Access-Control-Allow-Origin"] == inside
    assert check_settings() == []
