"""Long histories come in one at a time and entry by entry, and go on where they were cut off."""

import io
import json
import tracemalloc
import uuid
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures.errors import ImportUnderWayError
from emotions.models import Capture
from emotions.transfer import importing
from emotions.transfer.importing import ImportReport
from emotions.transfer.readers import Entry, open_history
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.transfer.histories import (
    MOMENT,
    NOTHING,
    brought_in,
    packed,
    send,
)

pytestmark = pytest.mark.django_db


def test_one_history_at_a_time_is_brought_in(owner: User, owner_api: APIClient) -> None:
    under_way = send(owner_api, packed(MOMENT))
    busy = send(owner_api, packed(MOMENT))
    assert_problem(busy, 429, "busy")
    assert busy["Retry-After"] == "30"
    assert json.loads(b"".join(under_way.streaming_content))["new"] == 1
    assert brought_in(owner_api, packed(MOMENT)) == {**NOTHING, "already_there": 1}


def test_who_goes_away_meanwhile_can_begin_again(owner: User) -> None:
    def begun() -> Iterator[ImportReport]:
        archive = io.BytesIO(packed(MOMENT))
        return importing.import_history(
            owner=owner, file=archive, size=1, time_zone="UTC", moods={}
        )

    first = begun()
    with pytest.raises(ImportUnderWayError):
        begun()
    del first
    assert [report.new for report in begun()] == [1, 1]


def test_what_takes_too_long_goes_on_when_it_is_sent_again(owner_api: APIClient) -> None:
    archive = packed(*({**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(3)))
    with patch("emotions.transfer.importing.TIME_LIMIT", -1):
        assert brought_in(owner_api, archive) == {**NOTHING, "complete": False}
    assert brought_in(owner_api, archive) == {**NOTHING, "new": 3}


def test_a_long_history_never_is_in_memory_at_once() -> None:
    moments = ({**MOMENT, "uuid": str(uuid.uuid4()), "note": "x" * 2000} for _ in range(4000))
    data = packed(*moments)
    tracemalloc.start()
    try:
        history = open_history(io.BytesIO(data), size=1, time_zone="UTC", moods={})
        read = sum(isinstance(entry, Entry) for entry in history.entries())
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == 4000
    assert most < 2**21, "of 8 MB"


def test_something_is_sent_while_it_is_read(owner_api: APIClient) -> None:
    archive = packed(*({**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(3)))
    with patch("common.streaming.KEEPALIVE_INTERVAL", 0):
        response = send(owner_api, archive)
        parts = list(response.streaming_content)
    assert parts[0] == b"\n"
    assert response["X-Accel-Buffering"] == "no", "so that nginx passes it on"
    assert json.loads(b"".join(parts))["new"] == 3


def test_entries_are_read_one_after_the_other(owner: User) -> None:
    archive = io.BytesIO(packed(*({**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(3))))
    reports = importing.import_history(owner=owner, file=archive, size=1, time_zone="UTC", moods={})
    for number in (1, 2, 3):
        next(reports)
        assert Capture.objects.count() == number
