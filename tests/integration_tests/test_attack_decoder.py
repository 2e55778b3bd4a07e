"""The attacks of `make attack` in small, and whether they notice violations."""

from unittest.mock import patch

import pytest

from integration_tests import attack_decoder, image_mutations
from integration_tests.attack_decoder import Report, attack_site, decode


class Messages(list[object]):
    """Stands in for the connection to the parent process."""

    send = list.append


def read(count: int) -> list[attack_decoder.Decoded]:
    messages = Messages()
    decode(1, range(count), messages)  # type: ignore[arg-type]
    return [one for one in messages if isinstance(one, attack_decoder.Decoded)]


def test_hostile_pictures_are_read_or_refused_by_name() -> None:
    found = read(1500)

    assert [one for one in found if not one.allowed or one.seconds > 2] == []
    assert {"read", "broken_image", "unsupported_type"} <= {one.outcome for one in found}


def test_a_picture_is_made_of_its_number_alone() -> None:
    again = [image_mutations.picture(1, number) for number in range(50)]

    assert [image_mutations.picture(1, number) for number in range(50)] == again
    assert len(set(again)) > 45
    assert image_mutations.picture(2, 7) != image_mutations.picture(1, 7)


def test_what_must_not_happen_is_noticed() -> None:
    with patch.object(attack_decoder, "read_image", side_effect=MemoryError):
        assert [(one.outcome, one.allowed) for one in read(2)] == [("MemoryError", False)] * 2
    report = Report(timeout=2)
    report.add(7, "500 error", 0.1, allowed=False)
    report.add(8, "read", 3, allowed=True)
    assert report.violations == ["picture 7: 500 error", "picture 8: took 3.0 s"]


@pytest.mark.slow
def test_a_running_site_withstands_them() -> None:
    report = attack_site(1, range(20))

    assert report.violations == []
    assert report.outcomes.total() == 20
