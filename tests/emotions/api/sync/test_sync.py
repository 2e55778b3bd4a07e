"""Apps that lose the line at random end with what the server holds."""

import json
import random
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.consents import CURRENT_VERSIONS
from accounts.models import Consent, User
from emotions.api.captures.serializers import CaptureSerializer
from emotions.api.profile.serializers import SettingsSerializer
from emotions.models import Capture
from tests import factories, pictures, uploads
from tests.conftest import signed_in
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note

pytestmark = pytest.mark.django_db
CHANGES, BATCH = "/api/v1/changes/", "/api/v1/captures/batch/"
ME, REMINDERS, TAGS = "/api/v1/me/", "/api/v1/reminders/", "/api/v1/tags/"
MOODS = 5
KEPT = ["photo", "crop", "nothing"]
KINDS = ["capture", "tag", "reminder", "settings", "consent"]


class Phone:
    """An app with a copy of everything, which it keeps by the changes alone."""

    def __init__(self, person: User, chance: random.Random) -> None:
        self.api = signed_in(APIClient(), person)
        self.chance = chance
        self.copy: dict[str, Any] = {}
        self.others: dict[tuple[str, str], Any] = {}
        self.conditions: set[int] = set()
        self.cursor = ""
        self.waiting: list[dict[str, Any]] = []
        self.answered: dict[str, int] = {}

    def act(self) -> None:
        """Do something, perhaps twice, perhaps without ever hearing the answer."""
        often = [self.write, self.edit, self.remove, self.restore] * 2
        seldom = [self.edit_at_once, self.change_tag, self.change_settings, self.change_consent]
        self.chance.choice([*often, *seldom, self.change_reminder])()
        if self.chance.random() < 0.5:
            self.push()
        if self.chance.random() < 0.3:
            self.pull()

    def wait(self, action: str, capture: str, **fields: Any) -> None:
        entry = {"action": action, "uuid": capture, "key": str(uuid.uuid4()), **fields}
        self.waiting.append(entry)

    def write(self) -> None:
        self.wait("create", str(uuid.uuid4()), mood=self.mood())

    def mood(self) -> int:
        return self.chance.randint(1, MOODS)

    def known(self) -> str | None:
        return self.chance.choice([*self.copy]) if self.copy else None

    def seen(self, key: str) -> str:
        """Return the entity tag of a capture, perhaps as a compressing proxy passes it on."""
        return self.passed_on(self.copy[key]["etag"])

    def passed_on(self, etag: str) -> str:
        return f"W/{etag}" if self.chance.random() < 0.5 else etag

    def perhaps_seen(self, name: tuple[str, str]) -> dict[str, str]:
        """Insist on the version in the copy, or on none."""
        if name not in self.others or self.chance.random() < 0.3:
            return {}
        return {"If-Match": self.passed_on(self.others[name]["etag"])}

    def edit(self) -> None:
        if key := self.known():
            tags = [f"t{self.chance.randint(1, 3)}"]
            self.wait("edit", key, if_match=self.seen(key), mood=self.mood(), tags=tags)

    def remove(self) -> None:
        if (key := self.known()) and self.chance.random() < 0.5:
            condition = {"if_match": self.seen(key)} if self.chance.random() < 0.5 else {}
            self.wait("delete", key, forever=self.chance.random() < 0.3, **condition)

    def restore(self) -> None:
        trash = self.api.get(CAPTURES, {"deleted": "true"}).json()["results"]
        if trash:
            self.wait("restore", self.chance.choice(trash)["uuid"])

    def push(self) -> None:
        """Send what waits; where the answer is lost, the same is sent again later."""
        if not self.waiting:
            return
        answer = self.api.post(BATCH, {"captures": json.dumps(self.waiting[:20])})
        for outcome in answer.json()["outcomes"]:
            status, key = outcome["status"], outcome["key"]
            assert status in {200, 201, 204, 404, 410, 412}
            before = self.answered.setdefault(key, status)
            if before < 300:
                # 410 where it was deleted since; never a conflict with what it has done itself.
                assert status in {before, 410}
        if self.chance.random() < 0.7:
            del self.waiting[:20]

    def twice(self, method: str, url: str, body: Any = None, **headers: str) -> Any:
        """Make a request, lose its answer and make it again."""
        headers["Idempotency-Key"] = str(uuid.uuid4())
        call = getattr(self.api, method)
        first, again = (call(url, body, format="json", headers=headers) for _ in range(2))
        assert (first.status_code, first.content) == (again.status_code, again.content)
        if "If-Match" in headers:
            self.conditions.add(again.status_code)
        return again

    def edit_at_once(self) -> None:
        if key := self.known():
            sent = {"mood": self.mood(), "note": "At once."}
            seen = {"If-Match": self.seen(key)}
            edited = self.twice("patch", f"{CAPTURES}{key}/", sent, **seen)
            assert edited.status_code in {200, 404, 412}

    def change_tag(self) -> None:
        if name := self.known_other("tag"):
            url, seen = f"{TAGS}{name[1]}/", self.perhaps_seen(name)
            if self.chance.random() < 0.8:
                body = {"colour": self.chance.choice(["rose", "teal"])}
                assert self.twice("patch", url, body, **seen).status_code in {200, 404, 412}
            else:
                assert self.twice("delete", url, **seen).status_code in {204, 404, 412}

    def known_other(self, kind: str) -> tuple[str, str] | None:
        names = [name for name in self.others if name[0] == kind]
        return self.chance.choice(names) if names else None

    def change_settings(self) -> None:
        changes = {"show_streak": self.chance.random() < 0.5, "kept": self.chance.choice(KEPT)}
        changed = self.twice("patch", ME, changes, **self.perhaps_seen(("settings", "me")))
        assert changed.status_code in {200, 412}

    def change_consent(self) -> None:
        """Give or withdraw consent to the training, perhaps to the version in the copy alone."""
        url, name = f"{ME}consents/improve/", ("consent", "improve")
        if self.chance.random() < 0.5:
            version = {"version": CURRENT_VERSIONS[Consent.Kind.IMPROVE]}
            changed = self.twice("put", url, version, **self.perhaps_seen(name))
        else:
            changed = self.twice("delete", url, **self.perhaps_seen(name))
        assert changed.status_code in {200, 412}

    def change_reminder(self) -> None:
        name = self.known_other("reminder")
        if name is None or len([kind for kind, _ in self.others if kind == "reminder"]) < 3:
            added = self.twice("post", REMINDERS, {"at": f"{self.chance.randint(10, 19)}:00"})
            assert added.status_code in {201, 409}
            return
        url, seen = f"{REMINDERS}{name[1]}/", self.perhaps_seen(name)
        if self.chance.random() < 0.7:
            paused = {"paused": self.chance.random() < 0.5}
            assert self.twice("patch", url, paused, **seen).status_code in {200, 404, 412}
        else:
            assert self.twice("delete", url, **seen).status_code in {204, 404, 412}

    def pull(self, *, may_fail: bool = True) -> None:
        """Play back what changed; a lost answer changes neither copy nor cursor."""
        more = True
        while more:
            query: dict[str, Any] = {"page_size": self.chance.choice([1, 3, 50]), "kinds": KINDS}
            query |= {"cursor": self.cursor} if self.cursor else {}
            told = self.api.get(CHANGES, query).json()
            if may_fail and self.chance.random() < 0.3:
                return
            for change in told["changes"]:
                if change["deleted"]:
                    self.copy.pop(change["uuid"], None)
                else:
                    self.copy[change["uuid"]] = change["capture"]
            for change in told["resources"]:
                name = (change["kind"], change["id"])
                if change["deleted"]:
                    self.others.pop(name, None)
                else:
                    self.others[name] = change[change["kind"]]
            self.cursor, more = told["cursor"], told["more"]


def held_captures(api: APIClient) -> dict[str, Any]:
    """Return what the server holds, by the list."""
    held: dict[str, Any] = {}
    url: str | None = f"{CAPTURES}?page_size=200"
    while url:
        page = api.get(url).json()
        held |= {capture["uuid"]: capture for capture in page["results"]}
        url = page["next"]
    return held


def held_resources(api: APIClient) -> dict[tuple[str, str], Any]:
    """Return what the server holds besides captures, each by its own address."""
    me = api.get(ME).json()
    tags = api.get(TAGS, {"unused": "true"}).json()
    settings = {name: me[name] for name in SettingsSerializer().fields}
    return {
        ("settings", "me"): settings,
        **{("consent", consent["kind"]): consent for consent in me["consents"]},
        **{("reminder", str(one["id"])): one for one in api.get(REMINDERS).json()},
        **{
            ("tag", str(tag["id"])): {name: tag[name] for name in tag if name != "uses"}
            for tag in tags
        },
    }


@pytest.mark.parametrize("acts", [300, pytest.param(1000, marks=pytest.mark.slow)])
def test_three_phones_that_lose_the_line_end_equal_to_the_server(owner: User, acts: int) -> None:
    chance = random.Random(11)
    phones = [Phone(owner, chance) for _ in range(3)]
    for _ in range(acts):
        chance.choice(phones).act()
    for phone in phones:
        while phone.waiting:
            phone.push()
    phones[0].api.post(REMINDERS, {"at": "20:00"}, format="json")  # perhaps all were removed
    held, resources = held_captures(phones[0].api), held_resources(phones[0].api)
    for phone in phones:
        phone.pull(may_fail=False)
        assert phone.copy == held
        assert phone.others == resources
    statuses = {status for phone in phones for status in phone.answered.values()}
    assert {200, 201, 204, 412} <= statuses
    assert {200, 412} <= set.union(*(phone.conditions for phone in phones))
    assert Capture.objects.exclude(purged_at=None).exists()
    assert len(held) > 20
    assert {kind for kind, _ in resources} == {"settings", "consent", "reminder", "tag"}


def test_changes_are_the_owners_alone_and_begin_at_the_beginning(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    factories.capture(owner=owner, looks="happy")
    (change,) = owner_api.get(CHANGES).json()["changes"]
    assert change["capture"] == owner_api.get(f"{CAPTURES}{change['uuid']}/").json()
    assert other_api.get(CHANGES).json() == {
        "changes": [],
        "resources": [],
        "also_changed": [],
        "cursor": "YWZ0ZXI6MA",
        "more": False,
    }
    assert_problem(APIClient().get(CHANGES), 401, "not_authenticated")


@pytest.mark.parametrize("cursor", ["x", "YWZ0ZXI6OTk", "YWZ0ZXI6LTE", "é", "YWZ0ZXI6MA=="])
def test_a_cursor_that_is_none_of_ours_is_refused(owner_api: APIClient, cursor: str) -> None:
    assert_problem(owner_api.get(CHANGES, {"cursor": cursor}), 400, "invalid_cursor")


def test_a_row_of_changes_costs_what_one_of_the_list_does(
    owner: User, owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    fields = CaptureSerializer.get_fields

    def get_fields(self: CaptureSerializer) -> Any:
        built.append(self)
        return fields(self)

    monkeypatch.setattr(CaptureSerializer, "get_fields", get_fields)
    costs = []
    for count in (2, 30):
        for _ in range(count):
            factories.capture(owner=owner, looks="happy")
        for url in (CAPTURES, CHANGES):
            del built[:]
            with CaptureQueriesContext(connection) as queries:
                owner_api.get(url)
            costs.append((len(built), sum("emotions_capture" in query["sql"] for query in queries)))
    assert len(set(costs)) == 1, costs


def test_a_deletion_is_told_without_what_was_deleted(owner_api: APIClient) -> None:
    made = note(owner_api, mood=2, note="Secret.")
    owner_api.delete(made["Location"])
    answer = owner_api.get(CHANGES)
    assert answer.json()["changes"] == [
        {"sequence": 2, "uuid": made.json()["uuid"], "deleted": True, "capture": None}
    ]
    assert b"Secret" not in answer.content


def test_what_waited_is_recorded_each_on_its_own(owner_api: APIClient) -> None:
    keys = [str(uuid.uuid4()) for _ in range(5)]
    gone = note(owner_api, uuid=keys[3], mood=1)
    owner_api.delete(gone["Location"])
    waiting: list[Any] = [
        {"uuid": keys[0], "photo": "first", "taken_at": "2026-03-14T08:30:00+01:00", "mood": 4},
        {"uuid": keys[1], "photo": "landscape"},
        {"uuid": keys[2], "photo": "missing"},
        {"uuid": keys[3], "mood": 1},
        {"uuid": "nonsense", "mood": 1},
        "nonsense",
        {"uuid": keys[4], "note": "On the train."},
    ]

    def send() -> list[dict[str, Any]]:
        body = {
            "captures": json.dumps(waiting),
            "first": SimpleUploadedFile("a.jpg", pictures.astronaut_jpeg()),
            "landscape": SimpleUploadedFile("b.jpg", uploads.landscape_jpeg()),
        }
        answer = owner_api.post(BATCH, body)
        assert answer.status_code == 200
        outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
        return outcomes

    outcomes = send()
    assert [outcome["status"] for outcome in outcomes] == [201, 422, 400, 410, 400, 400, 201]
    codes = [outcome["problem"] and outcome["problem"]["code"] for outcome in outcomes]
    assert codes == [None, "no_face", "invalid", "deleted", "invalid", "invalid", None]
    assert outcomes[0]["capture"] == owner_api.get(f"{CAPTURES}{keys[0]}/").json()
    assert outcomes[0]["capture"]["detections"][0]["emotion"] == "happy"
    assert [outcome["uuid"] for outcome in outcomes[4:6]] == ["nonsense", None]
    assert send() == outcomes
    assert Capture.objects.filter(deleted_at=None).count() == 2


@pytest.mark.parametrize("captures", ["", "{", "3", "[]", json.dumps([{}] * 21)])
def test_a_batch_that_is_none_is_refused_whole(owner_api: APIClient, captures: str) -> None:
    for body in ({"captures": captures}, {}, None):
        refused = owner_api.post(BATCH, body)
        assert_problem(refused, 400, "invalid")
        assert set(refused.json()["errors"]) == {"captures"}


def test_a_photo_sent_alone_and_again_in_a_batch_is_one_capture(owner_api: APIClient) -> None:
    key = str(uuid.uuid4())
    assert create(owner_api, pictures.astronaut_jpeg(), uuid=key).status_code == 201
    photo = SimpleUploadedFile("a.jpg", pictures.astronaut_jpeg())
    body = {"captures": json.dumps([{"uuid": key, "photo": "a"}]), "a": photo}
    (outcome,) = owner_api.post(BATCH, body).json()["outcomes"]
    assert outcome["status"] == 201
    assert Capture.objects.count() == 1


def test_photos_of_a_batch_may_come_in_one_list_by_their_file_names(owner_api: APIClient) -> None:
    photos = [
        SimpleUploadedFile("a.jpg", pictures.astronaut_jpeg()),
        SimpleUploadedFile("b.jpg", uploads.landscape_jpeg()),
    ]
    entries = [{"uuid": str(uuid.uuid4()), "photo": name} for name in ("b.jpg", "a.jpg", "c.jpg")]
    body = {"captures": [json.dumps(entry) for entry in entries], "photos": photos}
    answer = owner_api.post(BATCH, body)
    assert [outcome["status"] for outcome in answer.json()["outcomes"]] == [422, 201, 400]
    assert "Warning" not in answer
