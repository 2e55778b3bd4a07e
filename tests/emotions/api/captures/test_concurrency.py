"""The same request many times at once gives one capture and one answer."""

import os
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.pictures import astronaut_jpeg
from tests.sites import Site, create_app_session, installed_site, serve

pytestmark = pytest.mark.xdist_group("sites")
KEYS = int(os.environ.get("KEYS", "2"))
POSTS = 50


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with installed_site(tmp_path) as site:
        yield site


@pytest.mark.parametrize("by", ["uuid", "key"])
def test_fifty_posts_at_once_under_each_key_give_one_capture_each(site: Site, by: str) -> None:
    """`KEYS=100` tries a hundred keys, one after the other."""
    token, photo = create_app_session(site), astronaut_jpeg()
    keys = [str(uuid.uuid4()) for _ in range(KEYS)]
    answers: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)

    def post(address: str, key: str, start: threading.Barrier) -> None:
        headers = {"X-Session-Token": token}
        if by == "key":
            headers["Idempotency-Key"] = key
        start.wait()
        answer = requests.post(
            f"{address}/api/v1/captures/",
            files={"photo": ("p.jpg", photo)},
            data={"mood": "3", **({"uuid": key} if by == "uuid" else {})},
            headers=headers,
            timeout=300,
        )
        answers[key].append((answer.status_code, answer.text))

    with serve(site) as address:
        for key in keys:
            start = threading.Barrier(POSTS)
            threads = [
                threading.Thread(target=post, args=(address, key, start)) for _ in range(POSTS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    for key in keys:
        assert len(answers[key]) == POSTS
        assert len(set(answers[key])) == 1, set(answers[key])
        assert answers[key][0][0] == 201
    told = site.python(
        "from emotions.models import Capture, Detection; "
        "print(Capture.objects.count(), Detection.objects.count())"
    )
    assert told.split()[-2:] == [str(KEYS), str(KEYS)]
    pictures = list((site.folder / "media").rglob("*.jpg"))
    assert len(pictures) == 3 * KEYS, "nothing is left behind"
