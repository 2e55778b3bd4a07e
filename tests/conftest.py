"""Fixtures that every test may use: people, their browsers, and a media folder per test."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from ml.inference import yunet
from tests import factories


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """Keep each test's photos in a folder of its own and return it."""
    folder = tmp_path / "media"
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder}}
    settings.STORAGES = storages
    return folder


@pytest.fixture(autouse=True)
def _only_cascades(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Find faces the same way whether or not somebody has fetched the detector."""
    monkeypatch.setattr(yunet, "FILE", tmp_path / "no-detector.onnx")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Let no test speak the language that a request of the one before has switched to."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _patience(settings: Settings) -> None:
    """Let tests ask as often as they like; those about limits set their own."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (1_000_000, 60))


@pytest.fixture(autouse=True)
def _empty_cache(settings: Settings) -> Iterator[None]:
    """Let no rate limit reach from one test into the next, nor into another process of tests."""
    told = settings.CACHES["counters"]
    if shared := told.get("LOCATION"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        told = {**told, "LOCATION": urlsplit(shared)._replace(path=f"/{worker}").geturl()}
    settings.CACHES = {"default": told, "counters": told}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def owner(db: None) -> User:
    """A person who consented."""
    return factories.person("owner@example.org")


@pytest.fixture
def other(db: None) -> User:
    """Another person who consented and must see nothing of the owner's."""
    return factories.person("other@example.org")


AnyClient = TypeVar("AnyClient", bound=Client)


def signed_in(client: AnyClient, person: User) -> AnyClient:
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


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
