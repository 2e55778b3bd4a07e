"""The pages of tags."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.models import Capture, Tag
from tests import factories

pytestmark = pytest.mark.django_db


def tagged(owner: User, *tags: str) -> Capture:
    capture = factories.capture(owner=owner, looks="happy")
    return editing.edit_capture(capture=capture, changes=Changes(tags=list(tags)))


def page_of(name: str, view: str = "tag_edit") -> str:
    return reverse(f"emotions:{view}", args=[Tag.objects.get(name=name).pk])


def send(client: Client, tag: str, **fields: Any) -> Any:
    found = Tag.objects.get(name=tag)
    return client.post(page_of(tag), {"version": found.sequence, "name": tag, **fields})


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_tags_are_listed_a_page_at_a_time_with_their_uses(
    owner: User, owner_client: Client
) -> None:
    tagged(owner, "rain", "work")
    tagged(owner, "rain")
    Tag.objects.bulk_create(
        Tag(owner=owner, name=f"word {number:02}", key=f"word {number:02}") for number in range(60)
    )
    first = text_of(owner_client.get(reverse("emotions:tags")))
    assert "rain 2 moments work 1 moment word 00 0 moments" in first
    assert "Page 1 of 2" in first
    second = text_of(owner_client.get(reverse("emotions:tags"), {"page": 2}))
    assert "word 59" in second
    found = text_of(owner_client.get(reverse("emotions:tags"), {"words": "RÄIN"}))
    assert "rain" in found
    assert "word" not in found.replace("words", "")
    nothing = text_of(owner_client.get(reverse("emotions:tags"), {"words": "snow"}))
    assert "None of your tags contains “snow”." in nothing


def test_a_tag_gets_a_name_a_colour_and_a_sign_that_its_moments_show(
    owner: User, owner_client: Client
) -> None:
    capture = tagged(owner, "wrk")
    answer = send(owner_client, "wrk", name=" work ", colour="teal", sign="💼")
    assert answer["Location"] == reverse("emotions:tags")
    tag = Tag.objects.get()
    assert (tag.name, tag.colour, tag.sign) == ("work", "teal", "💼")
    page = owner_client.get(
        reverse("emotions:capture_detail", args=[capture.uuid])
    ).content.decode()
    assert re.search(r'class="tag tag--teal">\s*<span class="tag__sign".*?>💼</span>work', page)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("sign", "ab", "Choose one emoji or one letter."),
        ("colour", "mauve", "mauve"),
        ("name", "", "required"),
        ("name", "x" * 41, "40"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(
    owner: User, owner_client: Client, field: str, value: str, says: str
) -> None:
    tagged(owner, "work")
    refused = send(owner_client, "work", **{field: value})
    assert refused.status_code == 422
    assert any(says in error for error in refused.context["form"].errors[field])


def test_renaming_to_a_known_name_says_that_it_merges_before_it_does(
    owner: User, owner_client: Client
) -> None:
    capture = tagged(owner, "job")
    tagged(owner, "Work")
    asked = send(owner_client, "job", name="work")
    assert asked.status_code == 422
    assert "You already have a tag “Work”" in text_of(asked)
    assert "“job” will be gone" in text_of(asked)
    assert Tag.objects.count() == 2
    job, work = Tag.objects.get(name="job"), Tag.objects.get(name="Work")
    merge = reverse("emotions:tag_merge", args=[job.pk, work.pk])
    assert merge in asked.content.decode()
    told = owner_client.post(merge, {"version": job.sequence}, follow=True)
    assert "“job” merged into “Work”." in text_of(told)
    assert list(capture.tags.values_list("name", flat=True)) == ["Work"]


def test_deleting_asks_first_and_leaves_the_moments(owner: User, owner_client: Client) -> None:
    capture = tagged(owner, "rain")
    delete = page_of("rain", "tag_delete")
    assert "It will be removed from 1 moment" in text_of(owner_client.get(delete))
    assert Tag.objects.exists()
    told = owner_client.post(delete, {"version": Tag.objects.get().sequence}, follow=True)
    assert "“rain” deleted." in text_of(told)
    assert not Tag.objects.exists()
    assert Capture.objects.get() == capture


@pytest.mark.parametrize("version", ["0", "-1", "x", ""])
@pytest.mark.parametrize("change", ["edit", "merge", "delete"])
def test_what_an_older_page_sends_changes_nothing(
    owner: User, owner_client: Client, change: str, version: str
) -> None:
    tagged(owner, "rain", "job")
    send(owner_client, "rain", colour="blue")
    paths = {
        "edit": page_of("rain"),
        "merge": reverse(
            "emotions:tag_merge",
            args=[Tag.objects.get(name="rain").pk, Tag.objects.get(name="job").pk],
        ),
        "delete": page_of("rain", "tag_delete"),
    }
    owner_client.post(paths[change], {"version": version, "name": "snow"})
    assert Tag.objects.get(name="rain").colour == "blue"


def test_nobody_else_sees_or_changes_a_tag(
    owner: User, other_client: Client, client: Client
) -> None:
    tagged(owner, "secret")
    assert "secret" not in text_of(other_client.get(reverse("emotions:tags")))
    for view in ("tag_edit", "tag_delete"):
        for method in ("get", "post"):
            assert getattr(other_client, method)(page_of("secret", view)).status_code == 404
            assert getattr(client, method)(page_of("secret", view)).status_code == 302
    assert Tag.objects.get().name == "secret"
