"""Failures are reported to whoever asked for it, without what is people's own."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from pytest_django import Settings
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from accounts.models import User
from emoplatform.sentry import init_sentry
from tests.emoplatform.test_logs import lines, live
from tests.processes import run_python

__all__ = ["lines"]


class Kept(Transport):
    """A transport that keeps all events."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        """Keep the report."""
        if event := envelope.get_event():
            self.events.append(dict(event))


@pytest.fixture
def sentry() -> Iterator[Kept]:
    kept = Kept()
    init_sentry("https://key@sentry.example.org/1", transport=kept)
    yield kept
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)  # or it adds headers to requests of other tests


@pytest.mark.django_db
def test_a_report_says_what_failed_but_not_to_whom(
    owner: User, sentry: Kept, lines: io.StringIO, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    private = live(owner)
    kinds = {failure["type"] for event in sentry.events for failure in event["exception"]["values"]}
    assert kinds == {"IntegrityError", "RuntimeError"}
    reports = json.dumps(sentry.events, default=str)
    assert "record_capture" in reports
    assert {secret for secret in private if secret in reports} == set()
    for event in sentry.events:
        assert event["tags"]["request_id"]
        assert event["request"].keys() == {"method", "url"}


def test_nothing_of_it_is_loaded_unless_it_is_wanted() -> None:
    done = run_python(
        "import django, sys; django.setup();"
        "import emoplatform.urls; print('sentry_sdk' in sys.modules)"
    )
    assert done.stdout.split()[-1] == "False", done.stderr
