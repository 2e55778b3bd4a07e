"""The feed of changes tells of more than captures, to those who ask."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Preferences, Reminder, ResourceVersion, Tag
from tests.emotions.api.calls import assert_problem, note

pytestmark = pytest.mark.django_db
CHANGES, REMINDERS, TAGS = "/api/v1/changes/", "/api/v1/reminders/", "/api/v1/tags/"
ALL = ["capture", "tag", "reminder", "settings", "consent"]


def read(api: APIClient, cursor: str = "", *, kinds: Any = ALL, **query: Any) -> Any:
    query |= {"kinds": kinds} | ({"cursor": cursor} if cursor else {})
    answer = api.get(CHANGES, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(answer: Any) -> list[tuple[str, str, bool]]:
    return [(entry["kind"], entry["id"], entry["deleted"]) for entry in answer["resources"]]


def test_a_new_copy_gets_everything_there_is(owner: User, owner_api: APIClient) -> None:
    note(owner_api, mood=3, tags=["rain"])
    owner_api.post(REMINDERS, {"at": "08:00"}, format="json")
    first = read(owner_api)
    tag, reminder = Tag.objects.get(), Reminder.objects.get()
    assert sorted(told(first)) == [
        ("consent", "improve", False),
        ("consent", "use", False),
        ("reminder", str(reminder.pk), False),
        ("settings", "me", False),
        ("tag", str(tag.pk), False),
    ]
    assert len(first["changes"]) == 1
    held = {entry["kind"]: entry[entry["kind"]] for entry in first["resources"]}
    assert held["reminder"] in owner_api.get(REMINDERS).json()
    (listed,) = owner_api.get(TAGS).json()
    assert held["tag"] == {name: listed[name] for name in listed if name != "uses"}
    me = owner_api.get("/api/v1/me/").json()
    assert held["settings"].items() <= me.items()
    assert held["consent"] in me["consents"]
    assert all(
        entry[kind] is None
        for entry in first["resources"]
        for kind in ALL[1:]
        if kind != entry["kind"]
    )
    again = read(owner_api, first["cursor"])
    assert (again["resources"], again["changes"]) == ([], [])
    assert again["cursor"] == first["cursor"]


def test_each_change_is_told_once_and_deletions_as_such(owner: User, owner_api: APIClient) -> None:
    note(owner_api, mood=3, tags=["rain"])
    made = owner_api.post(REMINDERS, {"at": "08:00"}, format="json").json()
    cursor = read(owner_api)["cursor"]

    def changed() -> list[tuple[str, str, bool]]:
        nonlocal cursor
        answer = read(owner_api, cursor)
        cursor = answer["cursor"]
        return told(answer)

    reminder = ("reminder", str(made["id"]))
    owner_api.patch(f"{REMINDERS}{made['id']}/", {"paused": True}, format="json")
    assert changed() == [(*reminder, False)]
    owner_api.delete(f"{REMINDERS}{made['id']}/")
    assert changed() == [(*reminder, True)]
    assert changed() == []
    owner_api.patch("/api/v1/me/", {"kept": "crop"}, format="json")
    assert changed() == [("settings", "me", False)]
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert changed() == [("consent", "use", False)]
    tag = Tag.objects.get()
    owner_api.patch(f"{TAGS}{tag.pk}/", {"name": "sun"}, format="json")
    assert changed() == [("tag", str(tag.pk), False)]
    owner_api.delete(f"{TAGS}{tag.pk}/")
    assert changed() == [("tag", str(tag.pk), True)]


def test_what_no_service_writes_is_told_too(owner: User, owner_api: APIClient) -> None:
    """Administrators, restored backups and yesterday's code number nothing."""
    cursor = read(owner_api)["cursor"]
    Tag.objects.create(owner=owner, name="snow")
    Preferences.objects.update_or_create(owner=owner, defaults={"kept": "nothing"})
    answer = read(owner_api, cursor)
    assert [kind for kind, _, _ in sorted(told(answer))] == ["settings", "tag"]


def test_pages_go_through_all_kinds_in_their_order(owner: User, owner_api: APIClient) -> None:
    for number in range(4):
        note(owner_api, mood=3, tags=[f"t{number}"])
    read(owner_api)
    for number in range(3):
        note(owner_api, mood=3, tags=[f"u{number}"])
    seen: list[int] = []
    cursor, more = "", True
    while more:
        page = read(owner_api, cursor, page_size=2)
        numbers = [entry["sequence"] for entry in page["changes"] + page["resources"]]
        assert len(numbers) <= 2
        seen += sorted(numbers)
        cursor, more = page["cursor"], page["more"]
    assert seen == sorted(set(seen))
    assert len(seen) == 7 + 7 + 3  # captures, tags, settings and two consents


def test_who_knows_captures_alone_is_told_of_nothing_else(owner_api: APIClient) -> None:
    note(owner_api, mood=3, tags=["rain"])
    answer = owner_api.get(CHANGES).json()
    assert answer["resources"] == []
    assert not ResourceVersion.objects.exists()
    assert set(answer["changes"][0]) == {"sequence", "uuid", "deleted", "capture"}
    assert read(owner_api, kinds=["tag"])["changes"] == []


def test_a_cursor_is_good_for_its_kinds_and_fewer(owner_api: APIClient) -> None:
    note(owner_api, mood=3)
    plain = owner_api.get(CHANGES).json()["cursor"]
    assert_problem(
        owner_api.get(CHANGES, {"cursor": plain, "kinds": ["capture", "tag"]}),
        400,
        "invalid_cursor",
    )
    every = read(owner_api)["cursor"]
    assert read(owner_api, every, kinds=["capture", "tag"])["changes"] == []
    assert_problem(owner_api.get(CHANGES, {"kinds": "dreams"}), 400, "invalid")
    assert_problem(owner_api.get(CHANGES, {"kinds": ""}), 400, "invalid")


def test_resources_are_the_owners_alone(owner_api: APIClient, other_api: APIClient) -> None:
    owner_api.post(REMINDERS, {"at": "08:00"}, format="json")
    assert "reminder" not in {kind for kind, _, _ in told(read(other_api))}
    assert APIClient().get(CHANGES, {"kinds": "reminder"}).status_code == 401
