"""Heavy work takes turns over all processes, and a process that dies keeps none of them."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from emoplatform import repeated_refusals
from emotions.models import Lease
from emotions.quotas import leases, turns
from emotions.quotas.decorators import heavy
from emotions.quotas.errors import TooManyAtOnceError
from emotions.quotas.leases import take_place
from tests import factories
from tests.emotions.api.calls import assert_problem, note
from tests.emotions.api.transfer.histories import brought_in, send
from tests.emotions.quotas.test_quotas import allow, entries
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse at once, but not what comes afterwards, and find out whether a turn was not ended."""
    monkeypatch.setattr(turns, "MAX_WAIT", 0.0)
    monkeypatch.setattr(repeated_refusals, "TURN_REFUSED_FOR", 0)
    yield
    assert not turns._running
    assert not turns._waiting


def status_of(response: Any) -> int:
    """Read a response to its end, as browsers do, and return its status."""
    if response.streaming:
        list(response.streaming_content)
    return int(response.status_code)


def test_there_are_as_many_places_as_there_are() -> None:
    first, second = take_place("x", places=2), take_place("x", places=2)
    assert first
    assert second
    assert take_place("x", places=2) is None
    assert take_place("y", places=1)
    first.release()
    assert take_place("x", places=2)


def test_a_place_lapses_where_its_process_died_and_is_not_given_back_twice() -> None:
    dead = take_place("x", places=1)
    assert dead
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    living = take_place("x", places=1)
    assert living
    dead.release()
    dead.renewed_at = 0.0
    dead.renew()
    assert take_place("x", places=1) is None, "it belongs to the living one"


def test_a_place_is_held_for_as_long_as_it_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    place = take_place("x", places=1)
    assert place
    before = Lease.objects.get().expires_at
    place.renew()
    assert Lease.objects.get().expires_at == before, "not more often than needed"
    monkeypatch.setattr(leases, "RENEW_AFTER", -1.0)
    place.renew()
    assert Lease.objects.get().expires_at > before


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_a_place_that_another_takes_at_the_same_time() -> None:
    taken: list[Any] = []
    begin = threading.Barrier(6)

    def take() -> None:
        begin.wait()
        taken.append(take_place("x", places=3))
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(place.number for place in taken if place)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == Lease.objects.count() <= 3


def test_a_person_takes_as_many_turns_as_there_are_places(
    owner: User, other: User, settings: Settings
) -> None:
    allow(settings, heavy_at_once=1)
    turn = turns.take_turn(owner)
    with pytest.raises(TooManyAtOnceError):
        turns.take_turn(owner)
    turns.take_turn(other).end()
    turn.end()
    turn.end()
    turns.take_turn(owner).end()
    assert not Lease.objects.exists()


def test_charts_take_turns_one_at_a_time(owner: User, settings: Settings) -> None:
    allow(settings, heavy_at_once=8)
    chart = turns.take_turn(owner, charts=True)
    with pytest.raises(TooManyAtOnceError):
        turns.take_turn(owner, charts=True)
    turns.take_turn(owner).end()
    chart.end()
    uploading = turns.take_turn(owner)
    turns.take_turn(owner, charts=True).end()
    uploading.end()


def test_uploads_leave_a_place_to_charts(owner: User, settings: Settings) -> None:
    allow(settings, heavy_at_once=2)
    uploading = take_place(turns.turn_key(owner), places=2, first=1)
    assert uploading
    with pytest.raises(TooManyAtOnceError):
        turns.take_turn(owner)
    turns.take_turn(owner, charts=True).end()


def test_a_person_occupies_only_some_threads_of_a_process(owner: User) -> None:
    held = [turns.take_turn(owner) for _ in range(turns.most_in_process())]
    with pytest.raises(TooManyAtOnceError):
        turns.take_turn(owner)
    for turn in held:
        turn.end()


@pytest.mark.django_db(transaction=True)
def test_the_next_waits_for_its_turn_and_those_behind_it_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "MAX_WAIT", 60.0)
    owner = factories.person("owner@example.org")
    held = [turns.take_turn(owner) for _ in range(turns.most_in_process())]
    came: list[turns.Turn] = []

    def wait() -> None:
        came.append(turns.take_turn(owner))
        connections.close_all()

    waiting = threading.Thread(target=wait)
    waiting.start()
    with turns._changed:
        turns._changed.wait_for(lambda: turns._waiting[owner.pk], timeout=0.01)
    while not turns._waiting.get(owner.pk):
        waiting.join(0.01)
    with pytest.raises(TooManyAtOnceError):
        turns.take_turn(owner)
    held.pop().end()
    waiting.join()
    assert came
    for turn in [*held, *came]:
        turn.end()


def test_a_turn_ends_with_its_response_or_its_stream(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_finished, "send", lambda **_: [])  # keeps the connection open
    request = RequestFactory().get("/")
    request.user = owner

    @heavy(limit="chart")
    def streamed(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse([b"a", b"b"])

    @heavy(limit="chart")
    def failing(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("on purpose")

    response = streamed(request)
    assert isinstance(response, StreamingHttpResponse)
    assert Lease.objects.count() == 1
    assert response.getvalue() == b"ab"
    response.close()
    assert not Lease.objects.exists()
    streamed(request).close()
    assert not Lease.objects.exists(), "nobody read it"
    with pytest.raises(RuntimeError):
        failing(request)
    assert not Lease.objects.exists()


@pytest.mark.parametrize(
    "page",
    [
        "/trends/",
        "/trends/moods.csv",
        "/trends/2026/",
        "/trends/2026/year.csv",
        "/review/week/2026-03-14/",
        "/data/export/",
    ],
)
def test_heavy_pages_take_turns(
    owner: User, owner_client: Client, other_client: Client, settings: Settings, page: str
) -> None:
    allow(settings, heavy_at_once=1)
    turn = turns.take_turn(owner)
    refused = owner_client.get(page)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "5"
    assert "Too many requests" in refused.content.decode()
    assert owner_client.head(page).status_code == 429
    assert status_of(other_client.get(page)) == 200
    assert owner_client.get(reverse("emotions:today")).status_code == 200
    assert Client().get(page).status_code == 302
    turn.end()
    assert status_of(owner_client.get(page)) == 200


@pytest.mark.parametrize("path", ["trends/", "patterns/", "export/"])
def test_heavy_requests_of_apps_take_turns(
    owner: User, owner_api: APIClient, other_api: APIClient, settings: Settings, path: str
) -> None:
    allow(settings, heavy_at_once=1)
    turn = turns.take_turn(owner)
    refused = owner_api.get(f"/api/v1/{path}")
    assert_problem(refused, 429, "too_many_at_once")
    assert refused["Retry-After"] == "5"
    assert owner_api.head(f"/api/v1/{path}").status_code == 429
    assert status_of(other_api.get(f"/api/v1/{path}")) == 200
    assert APIClient().get(f"/api/v1/{path}").status_code == 401
    turn.end()
    assert status_of(owner_api.get(f"/api/v1/{path}")) == 200


def test_uploads_take_turns(owner: User, owner_client: Client, owner_api: APIClient) -> None:
    held = [turns.take_turn(owner) for _ in range(turns.most_in_process())]
    assert_problem(note(owner_api, mood=3), 429, "too_many_at_once")
    assert owner_client.post(reverse("emotions:capture")).status_code == 429
    assert owner_client.get(reverse("emotions:capture")).status_code == 200
    for turn in held:
        turn.end()
    assert note(owner_api, mood=3).status_code == 201


def test_a_few_requests_of_the_site_wait_for_imports(
    owner_api: APIClient, other_api: APIClient, settings: Settings
) -> None:
    allow(settings, imports_at_once=1)
    under_way = send(owner_api, entries({}).read())
    refused = send(other_api, entries({}).read())
    assert_problem(refused, 503, "imports_busy")
    assert refused["Retry-After"] == "30"
    run_jobs()
    assert json.loads(b"".join(under_way.streaming_content))["new"] == 1
    assert brought_in(other_api, entries({}).read())["new"] == 1
    assert not Lease.objects.exists()
