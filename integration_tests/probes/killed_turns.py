"""Turn a photo again and again, killed at one step further each time, and report what is left."""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from itertools import count
from typing import Any

import django

django.setup()

from django.core.files.base import ContentFile
from django.db.backends.base.base import BaseDatabaseWrapper

from emotions import integrity
from emotions.captures.recording import record_capture
from emotions.captures.turning import turn_capture
from emotions.models import Capture
from emotions.pictures import storage
from emotions.pictures.local_storage import LocalStorage
from integration_tests.probes.lying import degrees_of_capture
from tests import factories, pictures

STEPS: list[tuple[Any, str]] = [
    (LocalStorage, "_save"),
    (ContentFile, "chunks"),  # when the file is there, and empty
    (BaseDatabaseWrapper, "commit"),
    (LocalStorage, "delete"),
]
"""What is called for each step of writing, before which a process is killed."""


def in_child(work: Callable[[], Any]) -> Any:
    """Return what a process of its own makes of something; None if that was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, json.dumps(work()).encode())
            os._exit(0)
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as answer:
        answered = answer.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended not in (0, -signal.SIGKILL):
        sys.exit(f"a process ended with {ended}")
    return json.loads(answered) if answered else None


def record() -> bool:
    record_capture(
        owner=factories.person("turning@example.org"),
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
    )
    return True


def turn(*, killed_at: int) -> bool:
    """Turn the photo by a quarter, and kill this process before the step of that number."""
    steps = count(1)

    def mortal(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def call(*arguments: Any, **named: Any) -> Any:
            if next(steps) == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **named)

        return call

    for owner, name in STEPS:
        setattr(owner, name, mortal(getattr(owner, name)))
    turn_capture(capture=Capture.objects.get(), degrees=90)
    return True


def state() -> dict[str, Any]:
    """Return how the photo lies and what is wrong, before and after files without a record go."""
    storage.MIN_ORPHAN_AGE = timedelta(days=-1)
    left = list(storage.orphans())
    storage.sweep_orphans()
    return {
        "degrees": degrees_of_capture(Capture.objects.get()),
        "left": len(left),
        "wrong": [finding.what for finding in integrity.findings()],
    }


def main() -> list[dict[str, Any]]:
    """Return the state after each turn, of which only the last is not killed."""
    in_child(record)
    states = [in_child(state)]
    for step in count(1):
        was_turned = in_child(lambda step=step: turn(killed_at=step))
        states.append(in_child(state))
        if was_turned:
            return states
    raise AssertionError


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
