"""People are known by their email address, however it is capitalised."""

import pytest
from django.db import IntegrityError

from accounts.models import User
from accounts.services import next_sequence, save_time_zone

pytestmark = pytest.mark.django_db


def test_an_address_belongs_to_one_person_however_it_is_capitalised() -> None:
    User.objects.create_user("ada@example.org", "a long enough secret")
    with pytest.raises(IntegrityError):
        User.objects.create(email="ADA@example.org")


def test_a_person_is_found_by_any_capitalisation() -> None:
    ada = User.objects.create_user("Ada@Example.org", "a long enough secret")
    assert User.objects.get_by_natural_key("aDA@example.ORG") == ada


def test_a_person_needs_an_address() -> None:
    with pytest.raises(ValueError, match="email"):
        User.objects.create_user("")


def test_a_superuser_is_an_administrator() -> None:
    boss = User.objects.create_superuser("boss@example.org", "a long enough secret")
    assert boss.is_staff
    assert boss.is_superuser


def test_changes_are_counted_per_person(owner: User, other: User) -> None:
    assert [next_sequence(person=owner) for _ in range(3)] == [1, 2, 3]
    assert next_sequence(person=other) == 1


def test_only_a_real_time_zone_is_remembered(owner: User) -> None:
    save_time_zone(person=owner, name="Europe/Lisbon")
    save_time_zone(person=owner, name="Middle/Earth")
    owner.refresh_from_db()
    assert owner.time_zone == "Europe/Lisbon"
