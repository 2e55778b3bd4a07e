"""Deleting the files of pictures that nothing refers to any more."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from emotions.pictures import storage, tasks

RETRY_REMOVAL_AFTER = timedelta(minutes=5)


def delete_files(names: Iterable[str]) -> None:
    """Delete files at once, or in a job later where the storage fails."""
    if remaining := storage.remove_files(names):
        tasks.remove_files.using(run_after=timezone.now() + RETRY_REMOVAL_AFTER).enqueue(remaining)


@contextmanager
def delete_files_on_error(names: Collection[str]) -> Iterator[None]:
    """Delete files that were saved for a record where the block that writes it fails."""
    try:
        yield
    except BaseException:
        delete_files(names)
        raise
