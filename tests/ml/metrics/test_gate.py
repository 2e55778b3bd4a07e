"""The gate refuses what is surely worse, and only that."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score

from ml.metrics.gate import Answers, Comparison, judge

TRUTH = np.random.default_rng(1).integers(0, 7, 3500).astype(np.int8)


def answers(
    wrong: float,
    *,
    seed: int = 2,
    only: int | None = None,
    digest: str = "a",
    output: str = "folder",
) -> Answers:
    """Return answers of which a share is wrong, of one emotion only where it is named."""
    random = np.random.default_rng(seed)
    chosen = random.random(len(TRUTH)) < wrong
    if only is not None:
        chosen &= only == TRUTH
    given = np.where(chosen, (TRUTH + random.integers(1, 7, len(TRUTH))) % 7, TRUTH)
    return Answers("faces", digest, {output: TRUTH}, {output: given.astype(np.int8)})


def test_a_version_that_is_surely_worse_is_refused_with_the_figures() -> None:
    verdict = judge([answers(0.40)], [answers(0.30, seed=3)])
    assert not verdict.passed
    assert "faces, folder: macro-F1 changes by -1" in verdict.objections[0]
    assert "points (95 % interval)" in verdict.objections[0]


@pytest.mark.parametrize("wrong", [0.30, 0.305, 0.25])
def test_a_version_that_may_be_as_good_passes(wrong: float) -> None:
    assert judge([answers(wrong)], [answers(0.30, seed=3)]).passed


def test_one_emotion_that_is_found_far_less_often_is_enough_to_refuse() -> None:
    verdict = judge([answers(0.25, only=1)], [answers(0.02, seed=3)])
    assert verdict.objections[-1].startswith("faces, folder: recall of disgust changes by -")
    assert sum("recall" in objection for objection in verdict.objections) == 1


def test_an_emotion_may_be_found_a_little_less_often() -> None:
    verdict = judge([answers(0.05, only=1)], [answers(0.02, seed=3)])
    assert verdict.passed


def test_an_emotion_that_is_surely_found_less_often_may_lose_five_points() -> None:
    verdict = judge([answers(0.07, only=1)], [answers(0.02, seed=3)])
    low, high = verdict.comparisons[0].recall_gain["disgust"]
    assert low < -0.05 < high < 0
    assert verdict.passed


@pytest.mark.parametrize(("high", "refused"), [(-0.051, True), (-0.05, False), (-0.049, False)])
def test_the_tolerance_for_one_emotion_is_five_points(high: float, refused: bool) -> None:
    comparison = Comparison(
        test_set="faces",
        output="folder",
        images=3500,
        macro_f1=(0.7, 0.7),
        macro_f1_gain=(-0.02, 0.02),
        recall_gain={"disgust": (-0.12, high)},
    )
    assert bool(comparison.objections) == refused


def test_a_tie_between_a_version_and_itself_passes() -> None:
    (comparison,) = judge([answers(0.3)], [answers(0.3)]).comparisons
    assert comparison.macro_f1_gain == (0, 0)
    assert comparison.objections == []


def test_the_figures_are_those_of_scikit_learn() -> None:
    new, old = answers(0.4), answers(0.3, seed=3)
    (comparison,) = judge([new], [old]).comparisons
    expected = [f1_score(TRUTH, of.given["folder"], average="macro") for of in (new, old)]
    assert comparison.macro_f1 == pytest.approx(expected)
    drop = recall_score(TRUTH, new.given["folder"], average=None) - recall_score(
        TRUTH, old.given["folder"], average=None
    )
    for difference, (low, high) in zip(drop, comparison.recall_gain.values(), strict=True):
        assert low < difference < high
        assert high - low == pytest.approx(0.12, abs=0.05)


def test_every_common_test_set_and_output_has_a_say() -> None:
    good, bad = answers(0.2), answers(0.5, digest="b")
    old = [answers(0.3), answers(0.3, digest="b")]
    assert judge([good], old).passed
    assert not judge([good, bad], old).passed
    both = judge([answers(0.2), answers(0.2, digest="b")], old)
    assert len(both.comparisons) == 2


def test_without_a_common_test_set_or_output_nothing_passes() -> None:
    for other in (answers(0.1, digest="c"), answers(0.1, output="crowd")):
        verdict = judge([other], [answers(0.3)])
        assert verdict.objections == ("There is no test set that both versions have answered.",)


def test_faces_of_unknown_truth_do_not_count() -> None:
    def with_unknown(of: Answers) -> Answers:
        truth: NDArray[np.int8] = np.where(np.arange(len(TRUTH)) < 500, -1, TRUTH).astype(np.int8)
        return Answers(of.name, of.digest, {"folder": truth}, of.given)

    (comparison,) = judge([with_unknown(answers(0.3))], [with_unknown(answers(0.3))]).comparisons
    assert comparison.images == 3000


def test_an_emotion_that_the_test_set_lacks_has_no_recall() -> None:
    few = TRUTH[TRUTH != 1]
    lacking = Answers("few", "f", {"folder": few}, {"folder": few})
    verdict = judge([lacking], [lacking])
    assert "disgust" not in verdict.comparisons[0].recall_gain
    assert json.loads(json.dumps(verdict.to_json()))["passed"]


def test_answers_survive_being_written_down() -> None:
    before = answers(0.3)
    after = Answers.from_json(json.loads(json.dumps(before.to_json())))
    assert (after.name, after.digest) == (before.name, before.digest)
    assert np.array_equal(after.truth["folder"], before.truth["folder"])
    assert np.array_equal(after.given["folder"], before.given["folder"])
    with pytest.raises(ValueError, match="expected digits below 7, received 8"):
        Answers.from_json(
            {"name": "", "digest": "", "outputs": {"folder": {"truth": "8", "given": ""}}}
        )


# --- People's own photos ----------------------------------------------------------------------


def corrections(wrong: float, *, seed: int = 2, people: int = 100, digest: str = "mine") -> Answers:
    """Return answers about people's own photos, of which a share is wrong."""
    of = answers(wrong, seed=seed, digest=digest)
    return Answers("mine", digest, of.truth, of.given, np.arange(len(TRUTH)) % people)


def test_a_version_that_learned_from_people_needs_both_test_sets() -> None:
    new, old = [answers(0.3), corrections(0.3)], [answers(0.3), corrections(0.3)]
    assert judge(new, old, with_contributions=True).passed
    assert "no held-out corrections" in judge(new, old[:1], with_contributions=True).objections[0]
    assert (
        "no test set of other faces" in judge(new, old[1:], with_contributions=True).objections[0]
    )
    assert len(judge(new, [], with_contributions=True).objections) == 2
    assert judge(new[:1], old[:1]).passed, "who learned from nobody needs no such comparison"


@pytest.mark.parametrize(("wrong", "outcome"), [(0.2, "better"), (0.3, "as good"), (0.4, "worse")])
def test_the_verdict_says_whether_it_is_better_for_people_who_were_held_out(
    wrong: float, outcome: str
) -> None:
    verdict = judge(
        [answers(0.3), corrections(wrong)],
        [answers(0.3), corrections(0.3, seed=3)],
        with_contributions=True,
    )
    assert verdict.passed == (outcome != "worse")
    told = verdict.to_json()["comparisons"][1]
    assert (told["outcome"], told["people"], told["images"]) == (outcome, 100, 3500)


def test_better_for_others_does_not_make_up_for_worse_for_people_who_were_held_out() -> None:
    verdict = judge(
        [answers(0.1), corrections(0.4)], [answers(0.3), corrections(0.3)], with_contributions=True
    )
    assert [words.split(",")[0] for words in verdict.objections] == ["mine"]


def test_what_helps_one_person_only_is_no_proof() -> None:
    """Faces of one person are alike: a thousand of them say little more than one."""
    people = np.repeat(np.arange(7), 500)
    old = answers(0.5, seed=3).given["folder"]
    new = np.where(people == 0, TRUTH, old).astype(np.int8)

    def mine(given: NDArray[np.int8], whose: NDArray[np.int64] | None) -> Answers:
        return Answers("mine", "mine", {"folder": TRUTH}, {"folder": given}, whose)

    (alone,) = judge([mine(new, None)], [mine(old, None)]).comparisons
    (together,) = judge([mine(new, people)], [mine(old, people)]).comparisons
    assert alone.macro_f1_gain[0] > 0.04
    assert together.macro_f1_gain[0] < 0.01
    assert together.macro_f1 == alone.macro_f1


def test_a_single_emotion_of_few_people_has_no_veto() -> None:
    few, other = corrections(0.25), corrections(0.02, seed=3)
    lost = np.where(TRUTH == 1, 0, few.truth["folder"]).astype(np.int8)
    worse = Answers("mine", "mine", few.truth, {"folder": lost}, few.people)
    spoiled = Answers("mine", "mine", few.truth, {"folder": other.given["folder"]}, few.people)
    assert not any("recall" in words for words in judge([worse], [spoiled]).objections)


def test_whose_photos_they_are_survives_being_written_down_as_numbers_only() -> None:
    before = corrections(0.3, people=3)
    after = Answers.from_json(json.loads(json.dumps(before.to_json())))
    assert after.people is not None
    assert after.people.tolist() == (np.arange(len(TRUTH)) % 3).tolist()
    assert "people" not in answers(0.3).to_json()
