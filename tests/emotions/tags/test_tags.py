"""Tags are renamed, merged and deleted, and captures and apps learn of it."""

from typing import Any

import pytest

from accounts.models import User
from emotions.captures import editing, selectors
from emotions.captures.editing import Changes
from emotions.captures.errors import StaleError
from emotions.captures.storing import KnownTags
from emotions.captures.trash import delete_capture
from emotions.models import Capture, Tag
from emotions.tags.errors import SameTagError, TagExistsError
from emotions.tags.selectors import find_used_tags
from emotions.tags.services import TagChanges, delete_tag, edit_tag, merge_tags
from emotions.tags.signs import validate_sign
from tests import factories

pytestmark = pytest.mark.django_db


def tagged(owner: User, *tags: str) -> Capture:
    capture = factories.capture(owner=owner, looks="happy")
    return editing.edit_capture(capture=capture, changes=Changes(tags=list(tags)))


def tag_of(owner: User, name: str) -> Tag:
    return Tag.objects.get(owner=owner, name=name)


def tags_of(capture: Capture) -> set[str]:
    return set(capture.tags.values_list("name", flat=True))


def changed_since(owner: User, sequence: int) -> set[Capture]:
    return set(selectors.changes(owner=owner, after=sequence, limit=100))


def test_a_renamed_tag_has_its_new_name_in_every_capture(owner: User) -> None:
    first, second, without = tagged(owner, "wrk"), tagged(owner, "wrk", "rain"), tagged(owner)
    before = User.objects.get(pk=owner.pk).sequence
    edited = edit_tag(tag=tag_of(owner, "wrk"), changes=TagChanges(name="work"))
    assert edited.key == "work"
    assert (tags_of(first), tags_of(second)) == ({"work"}, {"work", "rain"})
    assert changed_since(owner, before) == {first, second}
    assert tags_of(without) == set()
    after = User.objects.get(pk=owner.pk).sequence
    assert after >= max(Capture.objects.values_list("sequence", flat=True))


def test_captures_that_change_together_have_numbers_of_their_own(owner: User, other: User) -> None:
    mine = [tagged(owner, "rain") for _ in range(3)]
    tagged(other, "rain")
    delete_tag(tag=tag_of(owner, "rain"))
    numbers = [Capture.objects.get(pk=capture.pk).sequence for capture in mine]
    assert numbers == sorted(set(numbers))
    later = tagged(owner, "sun")
    assert later.sequence > numbers[-1]
    assert tag_of(other, "rain")


def test_other_capitals_are_no_other_tag(owner: User) -> None:
    tagged(owner, "büro")
    assert edit_tag(tag=tag_of(owner, "büro"), changes=TagChanges(name="Büro")).name == "Büro"


def test_a_name_that_is_taken_is_refused_with_the_tag_that_has_it(owner: User) -> None:
    tagged(owner, "work", "Office")
    with pytest.raises(TagExistsError) as refused:
        edit_tag(tag=tag_of(owner, "work"), changes=TagChanges(name="office"))
    assert refused.value.existing == tag_of(owner, "Office")
    assert tag_of(owner, "work")


def test_the_name_of_somebody_elses_tag_is_free(owner: User, other: User) -> None:
    tagged(owner, "work")
    tagged(other, "office")
    assert edit_tag(tag=tag_of(owner, "work"), changes=TagChanges(name="office"))


def test_merged_tags_are_one_in_every_capture(owner: User) -> None:
    one, both, neither = tagged(owner, "job"), tagged(owner, "job", "work"), tagged(owner, "rain")
    before = User.objects.get(pk=owner.pk).sequence
    merge_tags(tag=tag_of(owner, "job"), into=tag_of(owner, "work"))
    assert (tags_of(one), tags_of(both), tags_of(neither)) == ({"work"}, {"work"}, {"rain"})
    assert changed_since(owner, before) == {one, both}
    assert not Tag.objects.filter(name="job").exists()


def test_a_tag_is_not_merged_into_itself_nor_into_somebody_elses(owner: User, other: User) -> None:
    capture = tagged(owner, "work")
    tagged(other, "work")
    with pytest.raises(SameTagError):
        merge_tags(tag=tag_of(owner, "work"), into=tag_of(owner, "work"))
    with pytest.raises(StaleError):
        merge_tags(tag=tag_of(owner, "work"), into=tag_of(other, "work"))
    assert tags_of(capture) == {"work"}


def test_a_deleted_tag_leaves_its_captures(owner: User) -> None:
    kept, trashed = tagged(owner, "ex", "rain"), tagged(owner, "ex")
    delete_capture(capture=trashed)
    delete_tag(tag=tag_of(owner, "ex"))
    assert tags_of(kept) == {"rain"}
    assert Capture.objects.filter(owner=owner).count() == 2


def test_a_change_of_an_older_state_is_refused(owner: User) -> None:
    tagged(owner, "work", "job")
    read = tag_of(owner, "work")
    edit_tag(tag=read, changes=TagChanges(colour=Tag.Colour.TEAL))
    with pytest.raises(StaleError):
        edit_tag(tag=read, changes=TagChanges(sign="☂"), expected=read.sequence)
    with pytest.raises(StaleError):
        merge_tags(tag=read, into=tag_of(owner, "job"), expected=read.sequence)
    with pytest.raises(StaleError):
        delete_tag(tag=read, expected=read.sequence)
    assert tag_of(owner, "work").colour == "teal"


def test_a_tag_that_is_gone_cannot_be_changed(owner: User) -> None:
    tagged(owner, "work")
    read = tag_of(owner, "work")
    delete_tag(tag=read)
    with pytest.raises(StaleError):
        edit_tag(tag=read, changes=TagChanges(name="job"))


def test_a_colour_changes_no_capture(owner: User) -> None:
    tagged(owner, "work")
    before = User.objects.get(pk=owner.pk).sequence
    edit_tag(tag=tag_of(owner, "work"), changes=TagChanges(colour=Tag.Colour.TEAL, sign="💼"))
    assert changed_since(owner, before) == set()


def test_an_import_notices_that_tags_were_renamed_and_deleted(owner: User) -> None:
    known = KnownTags(owner)
    first = tagged(owner, "work", "rain")
    keys = known.keys_of(["work", "rain"])
    edit_tag(tag=tag_of(owner, "work"), changes=TagChanges(name="office"))
    delete_tag(tag=tag_of(owner, "rain"))
    again = known.keys_of(["work", "rain"])
    assert not {*keys} & {*again}
    assert tags_of(first) == {"office"}
    assert set(Tag.objects.values_list("name", flat=True)) == {"office", "work", "rain"}


def test_tags_are_found_by_their_names_also_without_captures(owner: User) -> None:
    tagged(owner, "Büro", "rain")
    tagged(owner, "rain")
    Tag.objects.create(owner=owner, name="unused")
    found = [(used.name, used.uses) for used in find_used_tags(owner=owner)]
    assert found == [("rain", 2), ("Büro", 1), ("unused", 0)]
    assert [used.name for used in find_used_tags(owner=owner, words="buro")] == ["Büro"]


@pytest.mark.parametrize(
    "sign", ["☂", "🌧️", "👩‍👩‍👧‍👦", "🇵🇹", "👍🏽", "1️⃣", "é", "e\u0301", "ß", "★", "#", "नि", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
)
def test_a_sign_is_one_character_as_people_see_it(sign: str) -> None:
    validate_sign(sign)


@pytest.mark.parametrize(
    "text",
    ["ab", "🌧️🌧️", "", " ", "\n", "\u200d", "\u0301", "🇵", "\x07", "\u202e", "e" + "\u0301" * 40],
)
def test_anything_else_is_no_sign(text: Any) -> None:
    with pytest.raises(Exception, match="emoji"):
        validate_sign(text)
