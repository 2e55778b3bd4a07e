"""The same request many times at once gives one capture and one answer."""

import json
import os
import threading
import uuid
from collections import defaultdict

import pytest
import requests

from tests.pace import patience
from tests.pictures import astronaut_jpeg
from tests.sites import Site, create_app_session

pytestmark = pytest.mark.xdist_group("sites")
KEYS = int(os.environ.get("KEYS", "1"))
POSTS = 50
EDITS = 20


def pictures(site: Site) -> int:
    return len(list((site.folder / "media").rglob("*.jpg")))


@pytest.mark.parametrize("by", ["uuid", "key"])
def test_fifty_posts_at_once_under_each_key_give_one_capture_each(
    shared_site: Site, shared_address: str, by: str
) -> None:
    """`KEYS=100` tries a hundred keys, one after the other."""
    email, photo = f"fifty-by-{by}@example.org", astronaut_jpeg()
    token = create_app_session(shared_site, email)
    pictures_before = pictures(shared_site)
    keys = [str(uuid.uuid4()) for _ in range(KEYS)]
    answers: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)

    def post(key: str, start: threading.Barrier) -> None:
        headers = {"X-Session-Token": token}
        if by == "key":
            headers["Idempotency-Key"] = key
        start.wait()
        answer = requests.post(
            f"{shared_address}/api/v1/captures/",
            files={"photo": ("p.jpg", photo)},
            data={"mood": "3", **({"uuid": key} if by == "uuid" else {})},
            headers=headers,
            timeout=patience(100),
        )
        answers[key].append((answer.status_code, answer.text))

    for key in keys:
        start = threading.Barrier(POSTS)
        threads = [threading.Thread(target=post, args=(key, start)) for _ in range(POSTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for key in keys:
        assert len(answers[key]) == POSTS
        assert len(set(answers[key])) == 1, set(answers[key])
        assert answers[key][0][0] == 201
    told = shared_site.python(
        "from emotions.models import Capture, Detection\n"
        f"captures = Capture.objects.filter(owner__email='{email}')\n"
        "print(captures.count(), Detection.objects.filter(capture__in=captures).count())"
    )
    assert told.split()[-2:] == [str(KEYS), str(KEYS)]
    assert pictures(shared_site) - pictures_before == 3 * KEYS, "nothing is left behind"


def test_the_same_edit_many_times_at_once_is_made_once(
    shared_site: Site, shared_address: str
) -> None:
    token = create_app_session(shared_site, "edits@example.org")
    session = {"X-Session-Token": token}
    address = f"{shared_address}/api/v1/captures/"
    made = requests.post(address, json={"mood": 3}, headers=session, timeout=patience(60))
    key = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": made.headers["ETag"]}
    start, answers = threading.Barrier(EDITS), []

    def edit() -> None:
        start.wait()
        answer = requests.patch(
            made.headers["Location"], json={"mood": 5}, headers=session | key, timeout=patience(100)
        )
        answers.append((answer.status_code, answer.text))

    threads = [threading.Thread(target=edit) for _ in range(EDITS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == EDITS
    ((status, text),) = set(answers)
    assert (status, json.loads(text)["sequence"]) == (200, made.json()["sequence"] + 1)
