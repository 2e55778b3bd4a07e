"""Tags over the API: read, renamed, marked, merged and deleted."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Tag
from tests.emotions.api.calls import assert_problem, note

pytestmark = pytest.mark.django_db
TAGS = "/api/v1/tags/"
CHANGES = "/api/v1/changes/"


def address(owner: User, name: str) -> str:
    return f"{TAGS}{Tag.objects.get(owner=owner, name=name).pk}/"


def patch(api: APIClient, path: str, body: dict[str, Any], **headers: str) -> Any:
    return api.patch(path, body, format="json", headers=headers)


@pytest.fixture
def tagged(owner: User, owner_api: APIClient) -> str:
    """The address of a moment with two tags."""
    return str(note(owner_api, mood=4, tags=["wrk", "rain"])["Location"])


def test_a_tag_is_renamed_and_marked_everywhere(
    owner: User, owner_api: APIClient, tagged: str
) -> None:
    before = owner_api.get(CHANGES).json()["cursor"]
    sent = {"name": "work", "colour": "teal", "sign": "💼"}
    changed = patch(owner_api, address(owner, "wrk"), sent)
    assert changed.status_code == 200
    assert changed.json() | sent | {"uses": 1} == changed.json()
    assert sorted(owner_api.get(tagged).json()["tags"]) == ["rain", "work"]
    feed = owner_api.get(CHANGES, {"cursor": before}).json()
    assert sorted(feed["changes"][0]["capture"]["tags"]) == ["rain", "work"]
    assert feed["also_changed"] == ["tags"]
    after = owner_api.get(CHANGES, {"cursor": feed["cursor"]}).json()
    assert (after["changes"], after["also_changed"]) == ([], [])


def test_a_new_tag_and_a_colour_are_told_by_the_feed(
    owner: User, owner_api: APIClient, tagged: str
) -> None:
    def cursor_after(cursor: str) -> tuple[str, list[str]]:
        feed = owner_api.get(CHANGES, {"cursor": cursor}).json()
        return feed["cursor"], feed["also_changed"]

    cursor = owner_api.get(CHANGES).json()["cursor"]
    note(owner_api, mood=2, tags=["rain"])
    cursor, changed = cursor_after(cursor)
    assert changed == []
    note(owner_api, mood=2, tags=["sun"])
    cursor, changed = cursor_after(cursor)
    assert changed == ["tags"]
    patch(owner_api, address(owner, "sun"), {"colour": "gold"})
    cursor, changed = cursor_after(cursor)
    assert changed == ["tags"]
    owner_api.delete(address(owner, "sun"))
    assert cursor_after(cursor)[1] == ["tags"]


def test_a_name_that_is_taken_names_the_tag_to_merge_with(
    owner: User, owner_api: APIClient, tagged: str
) -> None:
    refused = patch(owner_api, address(owner, "wrk"), {"name": "Rain"})
    assert_problem(refused, 409, "tag_exists")
    rain = Tag.objects.get(name="rain")
    assert refused.json()["existing"] == rain.pk
    merged = owner_api.post(f"{address(owner, 'wrk')}merge/", {"into": rain.pk}, format="json")
    assert (merged.status_code, merged.json()["uses"]) == (200, 1)
    assert owner_api.get(tagged).json()["tags"] == ["rain"]


def test_a_change_of_a_state_that_was_not_read_is_refused(
    owner: User, owner_api: APIClient, tagged: str
) -> None:
    path = address(owner, "wrk")
    read = owner_api.get(path)
    assert owner_api.get(path, headers={"If-None-Match": read["ETag"]}).status_code == 304
    first = patch(owner_api, path, {"colour": "rose"}, **{"If-Match": read["ETag"]})
    assert first.status_code == 200
    assert first["ETag"] != read["ETag"]
    stale = {"If-Match": read["ETag"]}
    assert_problem(patch(owner_api, path, {"name": "x"}, **stale), 412, "precondition_failed")
    assert_problem(owner_api.delete(path, headers=stale), 412, "precondition_failed")
    into = {"into": Tag.objects.get(name="rain").pk}
    refused = owner_api.post(f"{path}merge/", into, format="json", headers=stale)
    assert_problem(refused, 412, "precondition_failed")
    assert owner_api.delete(path, headers={"If-Match": first["ETag"]}).status_code == 204
    assert_problem(owner_api.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "sent",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 41},
        {"name": 7},
        {"name": None},
        {"colour": "mauve"},
        {"colour": None},
        {"sign": "ab"},
        {"sign": "\u200d"},
        {"sign": "🌧️🌧️"},
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    owner: User, owner_api: APIClient, tagged: str, sent: dict[str, Any]
) -> None:
    refused = patch(owner_api, address(owner, "wrk"), sent)
    assert_problem(refused, 400, "invalid")
    assert list(refused.json()["errors"]) == list(sent)


@pytest.mark.parametrize("into", [None, "7", 0, 10**9])
def test_a_tag_is_merged_into_another_tag_of_the_same_person(
    owner: User, owner_api: APIClient, tagged: str, into: Any
) -> None:
    path = f"{address(owner, 'wrk')}merge/"
    assert_problem(owner_api.post(path, {"into": into}, format="json"), 400, "invalid")


def test_nobody_else_reaches_a_tag(
    owner: User, owner_api: APIClient, other: User, other_api: APIClient, tagged: str
) -> None:
    note(other_api, mood=4, tags=["mine"])
    path, mine = address(owner, "wrk"), address(other, "mine")
    for method in ("get", "patch", "delete"):
        assert_problem(getattr(other_api, method)(path), 404, "not_found")
        assert_problem(getattr(APIClient(), method)(path), 401, "not_authenticated")
    theirs = {"into": Tag.objects.get(name="wrk").pk}
    assert_problem(other_api.post(f"{mine}merge/", theirs, format="json"), 400, "invalid")
    assert_problem(other_api.post(f"{path}merge/", {"into": 1}, format="json"), 404, "not_found")


def test_unused_tags_are_listed_when_asked_for(owner_api: APIClient, tagged: str) -> None:
    owner_api.delete(tagged)
    assert owner_api.get(TAGS).json() == []
    unused = owner_api.get(TAGS, {"unused": "true"})
    assert [(tag["name"], tag["uses"]) for tag in unused.json()] == [("rain", 0), ("wrk", 0)]
