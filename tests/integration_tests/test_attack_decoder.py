"""The attacks that `make attack` makes, in small, and that they notice what must not happen."""

from unittest.mock import patch

from integration_tests import attack_decoder, mutations
from integration_tests.attack_decoder import Report, attack_site, decode


class Told(list[object]):
    """What a process would tell its parent."""

    send = list.append


def read(count: int) -> list[attack_decoder.Read]:
    told = Told()
    decode(1, range(count), told)  # type: ignore[arg-type]
    return [one for one in told if isinstance(one, attack_decoder.Read)]


def test_hostile_pictures_are_read_or_refused_by_name() -> None:
    found = read(1500)

    assert [one for one in found if not one.fine or one.seconds > 2] == []
    assert {"read", "broken_image", "unsupported_type"} <= {one.outcome for one in found}


def test_a_picture_is_made_of_its_number_alone() -> None:
    again = [mutations.picture(1, number) for number in range(50)]

    assert [mutations.picture(1, number) for number in range(50)] == again
    assert len(set(again)) > 45
    assert mutations.picture(2, 7) != mutations.picture(1, 7)


def test_what_must_not_happen_is_noticed() -> None:
    with patch.object(attack_decoder, "read_image", side_effect=MemoryError):
        assert [(one.outcome, one.fine) for one in read(2)] == [("MemoryError", False)] * 2
    report = Report(patience=2)
    report.add(7, "500 error", 0.1, fine=False)
    report.add(8, "read", 3, fine=True)
    assert report.violations == ["picture 7: 500 error", "picture 8: took 3.0 s"]


def test_a_running_site_withstands_them() -> None:
    report = attack_site(1, range(20))

    assert report.violations == []
    assert report.outcomes.total() == 20
