"""A text that is longer than its column is refused by its name, in pages, the API and imports.

SQLite stores it anyway; PostgreSQL, on which these tests run too, fails where nobody checked.
"""

import re
import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Tag
from tests import factories
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.transfer.histories import FACE, LOOK, MOMENT, packed
from tests.emotions.transfer.histories import HEADER, brought_in

pytestmark = pytest.mark.django_db
LONG = "x" * 5000
PUSH_SERVICE = "https://fcm.googleapis.com/fcm/send/"
PAGES = ("/today/", "/words/", "/capture/", "/history/", "/tags/", "/settings/", "/data/")
NOT_FORMS = re.compile(r"logout|delete|purge|undo|sign-out|export|download|photo/|thumbnail")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *(
            ("captures/", {"mood": 3} | wrong)
            for wrong in (
                *({"note": LONG}, {"tags": [LONG]}, {"time_zone": LONG}, {"uuid": LONG}),
                *({"source": LONG}, {"felt": LONG}, {"kept": LONG}, {"taken_at": LONG}),
            )
        ),
        *(("captures/{capture}/", {name: LONG}) for name in ("note", "time_zone", "kept", "felt")),
        ("captures/{capture}/", {"tags": [LONG]}),
        *(("tags/{tag}/", {name: LONG}) for name in ("name", "sign", "colour")),
        ("tags/{tag}/", {"sign": "👨‍👩‍👧‍👦" * 3}),
        ("tokens/", {"name": LONG, "days": 30}),
        ("tokens/", {"name": "x", "scope": LONG}),
        *(("me/", {name: LONG}) for name in ("time_zone", "language", "kept")),
        ("reminders/", {"at": LONG}),
        ("reminders/", {"at": "08:00", "days": [LONG]}),
        ("reminders/", {"at": "08:00", "way": LONG}),
        (
            "push-subscriptions/",
            {"endpoint": PUSH_SERVICE + LONG, "keys": {"p256dh": LONG, "auth": LONG}},
        ),
    ],
)
def test_the_api_refuses_it(
    owner: User, owner_api: APIClient, path: str, body: dict[str, Any]
) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    tag = Tag.objects.create(owner=owner, name="work")
    send = owner_api.patch if "{" in path or path == "me/" else owner_api.post
    url = f"/api/v1/{path.format(capture=capture.uuid, tag=tag.pk)}"
    refused = send(url, body, format="json")
    assert_problem(refused, 400, refused.json()["code"])


@pytest.mark.parametrize("name", ["words", "tag", "emotion", "source", "first"])
def test_a_search_for_it_finds_nothing(
    owner_api: APIClient, owner_client: Client, name: str
) -> None:
    assert_problem(owner_api.get("/api/v1/captures/", {name: LONG}), 400, "invalid")
    assert owner_client.get("/history/", {name: LONG}).status_code in (200, 422)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"note": LONG}, {"tags": [LONG]}, {"time_zone": LONG}, {"source": LONG}),
        *({"kept": LONG}, {"felt": LONG}, {"taken_at": LONG}, {"clock_of_photo": LONG}),
        *({**LOOK, "detections": [{**FACE, name: LONG}]} for name in ("model_version", "role")),
    ],
)
def test_an_entry_with_it_is_refused(owner: User, wrong: dict[str, Any]) -> None:
    entry = {**MOMENT, **wrong, "uuid": str(uuid.uuid4())}
    job = brought_in(owner, packed(entry, MOMENT))
    assert (job.state, job.new, job.refused) == ("finished", 1, 1)


@pytest.mark.parametrize("column", range(9))
def test_a_row_with_it_is_cut_or_refused(owner: User, column: int) -> None:
    cells = ["2026-03-01", "x", "x", "20:30", "good", "", "", "", ""]
    cells[column] = LONG
    job = brought_in(owner, "\n".join([HEADER, ",".join(cells)]).encode())
    assert (job.state, job.new + job.refused) == ("finished", 1)


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and the attributes of its fields by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, dict[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name = attributes.get("name")
        if tag == "form" and (attributes.get("method") or "").lower() == "post":
            self.found.append((attributes.get("action") or "", {}))
        elif tag == "form":
            self.found.append(("", {}))
        elif self.found and name and tag in ("input", "textarea", "select"):
            self.found[-1][1].setdefault(name, attributes)


def test_no_form_fails_by_it(owner: User, owner_client: Client) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    capture.tags.add(Tag.objects.create(owner=owner, name="work"))
    waiting, visited, sent = [*PAGES, f"/captures/{capture.uuid}/"], set(), set()
    while waiting:
        path = waiting.pop()
        shape = re.sub(r"[0-9a-f-]{36}|\d+", "#", path)
        if shape in visited or NOT_FORMS.search(path):
            continue
        visited.add(shape)
        page = owner_client.get(path)
        if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
            continue
        linked = re.findall(r'href="(/[^"?#]*)', page.text)
        waiting += [one for one in linked if not one.startswith(("/static/", "/api/"))]
        for action, fields in Forms(page.text).found:
            url = action or path
            texts = {name: str(field.get("value") or "") for name, field in fields.items()}
            for name, field in fields.items():
                key = (re.sub(r"[0-9a-f-]{36}|\d+", "#", url), name)
                if key in sent or NOT_FORMS.search(url) or field.get("type") == "file":
                    continue
                sent.add(key)
                answer = owner_client.post(url, texts | {name: LONG})
                assert answer.status_code < 500, key
    assert len(sent) > 40, sent
