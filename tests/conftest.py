"""Fixtures of all tests: people, their browsers, and a media folder per test."""

import gc
import os
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.userkit import user_id_to_str
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.test.client import ClientHandler, closing_iterator_wrapper
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings
from rest_framework.test import APIClient

from accounts.models import User
from emotions.quotas import turns
from ml.inference import yunet
from ml.registry import active
from tests import factories, sites
from tests.clean_database import emptied_quickly, migrated_rows
from tests.pace import patience


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End each test that hangs; on a busy machine later, and if it is slow, later too."""
    if item.config.option.timeout is None:
        seconds = float(item.config.getini("timeout"))
        if item.get_closest_marker("slow"):
            seconds *= 3
        item.add_marker(pytest.mark.timeout(patience(seconds)))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Close responses that a test did not read to their end, as servers do when somebody leaves."""
    streamed: list[HttpResponseBase] = []
    handle = ClientHandler.__call__

    def answer(handler: ClientHandler, environ: dict[str, Any]) -> HttpResponseBase:
        response = handle(handler, environ)
        if response.streaming:
            streamed.append(response)
        return response

    with patch.object(ClientHandler, "__call__", answer):
        try:
            return (yield)
        finally:
            for response in streamed:
                list(closing_iterator_wrapper((), response.close))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep the garbage collector from going through all imported modules and tests each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give each process a SQLite database of its own, however many run the tests of a checkout."""
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests with transactions of their own give back the database in little time."""
    with django_db_blocker.unblock():
        migrated = migrated_rows()
    with emptied_quickly(migrated):
        yield


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """Store the photos of each test in a folder of its own, and return it."""
    folder = tmp_path / "media"
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder}}
    settings.STORAGES = storages
    return folder


@pytest.fixture(autouse=True)
def _default_detector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Detect faces with BlazeFace, whether or not another detector has been downloaded."""
    monkeypatch.setattr(yunet, "FILE", tmp_path / "no-detector.onnx")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Reset the language that a request may have activated."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_turns() -> Iterator[None]:
    """Forget turns of responses that a test did not read to their end."""
    yield
    turns._running.clear()


@pytest.fixture(autouse=True)
def _no_served_versions() -> None:
    """Forget which versions answered and which could not; the database has forgotten them, too.

    Before a test, not after it: a server may still answer when the test before has ended.
    """
    active._Process.last_good = None
    active._Process.damaged.clear()


@pytest.fixture(scope="session", autouse=True)
def _settings_of_all_tests() -> Iterator[None]:
    """Set once what every test finds, since telling who listens that a setting changed takes time.

    The API has no limits: tests about limits set their own. Passwords are hashed by a fast
    algorithm: the real one is slow on purpose. Each worker of pytest-xdist has counters of its own.
    """
    counters = settings.CACHES["counters"]
    if shared := counters.get("LOCATION"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        url = urlsplit(shared)._replace(path=f"/{worker}").geturl()
        counters = {**counters, "LOCATION": url}
    with override_settings(
        CACHES={"default": counters, "counters": counters},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        RATE_LIMITS=dict.fromkeys(settings.RATE_LIMITS, (1_000_000, 60)),
    ):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Keep counters from reaching into the next test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sites.Site]:
    """An installation that tests share, each with people and figures of its own.

    Tests that use it belong to the group `sites` of pytest-xdist, so that only one is made.
    """
    with sites.installed_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def shared_address(shared_site: sites.Site) -> Iterator[str]:
    """The address at which two web processes serve the shared site."""
    with sites.serve(shared_site, METRICS_TOKEN=sites.METRICS_TOKEN) as address:
        yield address


@pytest.fixture(scope="session")
def production_address(shared_site: sites.Site) -> Iterator[str]:
    """The address of the shared site with the settings of production, behind a proxy."""
    with sites.serve(replace(shared_site, settings=sites.PRODUCTION)) as address:
        yield address


@pytest.fixture
def owner(db: None) -> User:
    """A person who has consented."""
    return factories.person("owner@example.org")


@pytest.fixture
def other(db: None) -> User:
    """Another person who has consented, and must not see anything of the owner's."""
    return factories.person("other@example.org")


AnyClient = TypeVar("AnyClient", bound=Client)


def signed_in(client: AnyClient, person: User) -> AnyClient:
    """Sign a person in, who has just proved who they are."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    prove_identity(session, person)
    session.save()
    return client


def prove_identity(session: SessionBase, person: User, *, ago: timedelta = timedelta(0)) -> None:
    """Note in a session what allauth notes when somebody confirms who they are."""
    record = {"method": "password", "at": time.time() - ago.total_seconds()}
    session["account_authentication_methods"] = [{**record, "reauthenticated": True}]
    session["account_authentication_methods_user"] = user_id_to_str(person)


@pytest.fixture
def owner_client(owner: User) -> Client:
    """The owner's browser."""
    return signed_in(Client(), owner)


@pytest.fixture
def other_client(other: User) -> Client:
    """The other person's browser."""
    return signed_in(Client(), other)


@pytest.fixture
def owner_api(owner: User) -> APIClient:
    """The owner's app."""
    return signed_in(APIClient(), owner)


@pytest.fixture
def other_api(other: User) -> APIClient:
    """The other person's app."""
    return signed_in(APIClient(), other)
