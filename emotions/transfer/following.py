"""Waiting for the worker to bring a history in, for clients that expect the outcome at once."""

import time
from collections.abc import Generator

from django.conf import settings

from emotions.models import Import
from emotions.quotas.errors import ImportsBusyError
from emotions.quotas.leases import Place, take_place

TIME_LIMIT = 300  # seconds, after which the client learns how far it is
POLL_INTERVAL = 0.5  # seconds


def take_place_to_wait() -> Place:
    """Take one of the few places of the site at which a request waits for an import.

    Raises:
        ImportsBusyError: all of them are taken.
    """
    place = take_place("import-answer", places=settings.QUOTAS["imports_at_once"])
    if place is None:
        raise ImportsBusyError
    return place


def follow(job: Import, place: Place) -> Generator[Import]:
    """Yield an import again and again, as it is then, until it has ended or time is up.

    The first one is meant for who begins to iterate, so that the place is released in any case.
    """
    deadline = time.monotonic() + TIME_LIMIT
    try:
        yield job
        while current := Import.objects.filter(pk=job.pk).first():
            yield current
            if not current.is_unfinished or time.monotonic() > deadline:
                return
            place.renew()
            time.sleep(POLL_INTERVAL)
    finally:
        place.release()
