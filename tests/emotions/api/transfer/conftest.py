"""What tests of imports and exports have in common."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _responses_end(db: None) -> Iterator[None]:
    """End responses that a test did not read: they release places in the database."""
    yield
    gc.collect()
