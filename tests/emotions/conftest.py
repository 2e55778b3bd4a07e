"""What tests of several subjects share."""

import pytest

from accounts.models import User
from emotions.captures import recording
from emotions.models import Capture
from tests import pictures


@pytest.fixture
def portrait(owner: User) -> Capture:
    """A recorded portrait of the owner."""
    return recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        time_zone="UTC",
    )
