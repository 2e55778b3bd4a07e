"""nginx, with an upstream behind it that tells what reached it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nginx import nginx_before
from tests.upstream import Upstream, running_upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture
def proxy(tmp_path: Path, upstream: Upstream) -> Iterator[str]:
    with nginx_before(tmp_path, upstream.address) as address:
        yield address
