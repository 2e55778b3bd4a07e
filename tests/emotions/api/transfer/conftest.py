"""What tests of imports and exports have in common."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _responses_end(db: None) -> Iterator[None]:
    """End responses that a test did not read: they release places in the database.

    Collected in the middle of the test, they would do so inside whatever query runs then.
    """
    gc.disable()
    yield
    gc.enable()
    gc.collect()
