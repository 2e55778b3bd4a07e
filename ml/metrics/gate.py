"""A veto on a version that reads faces worse than the one that answers now; it never chooses.

It compares what both answered about the same test faces with a paired bootstrap: whatever faces
one draw consists of, both versions are measured on them (Efron and Tibshirani 1993). Of people's
own photos people are drawn and then faces of theirs, because the faces of one are alike (two-stage
cluster bootstrap, Davison and Hinkley 1997).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS

DRAWS = 2000
INTERVAL = (2.5, 97.5)  # per cent
MAY_DROP = 0.05  # of one emotion's recall
UNKNOWN = -1

Pair = tuple[float, float]
Cells = tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a version answered about the faces of one test set.

    Attributes:
        name: what the test set is called.
        digest: a sha256 over its faces and labels.
        truth: n indices into `EMOTIONS` for each output; -1 where unknown.
        given: n answered indices for each output.
        people: n numbers from 0 on of whose own photos the faces are; None where they are none.
    """

    name: str
    digest: str
    truth: Mapping[str, NDArray[np.int8]]
    given: Mapping[str, NDArray[np.int8]]
    people: NDArray[np.int64] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object; a digit stands for a face, a dash for an unknown truth."""
        outputs = {
            output: {"truth": written(self.truth[output]), "given": written(self.given[output])}
            for output in self.given
        }
        told = {"name": self.name, "digest": self.digest, "outputs": outputs}
        return told if self.people is None else told | {"people": self.people.tolist()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: when it is something else.
        """
        outputs = told["outputs"]
        return cls(
            str(told["name"]),
            str(told["digest"]),
            {output: read(facts["truth"]) for output, facts in outputs.items()},
            {output: read(facts["given"]) for output, facts in outputs.items()},
            np.array(told["people"], np.int64) if "people" in told else None,
        )


def written(indices: NDArray[np.int8]) -> str:
    """Return a digit for each index, a dash for -1."""
    return "".join("-" if index == UNKNOWN else str(index) for index in indices.tolist())


def read(digits: str) -> NDArray[np.int8]:
    """Return the indices that `written` wrote.

    Raises:
        ValueError: when there is something else among them.
    """
    indices = np.array([UNKNOWN if digit == "-" else int(digit) for digit in digits], np.int8)
    if indices.size and indices.max() >= len(EMOTIONS):
        raise ValueError(f"expected digits below {len(EMOTIONS)}, received {indices.max()}")
    return indices


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate beside the active version on one output and test set.

    Attributes:
        images: how many faces of known truth there are.
        macro_f1: of the candidate and of the active version.
        macro_f1_gain: 95 % interval of the difference, above 0 where the candidate is better.
        recall_gain: the same for the recall of each emotion that the test set has.
        people: whose own photos the faces are, how many; 0 where they are none.
    """

    test_set: str
    output: str
    images: int
    macro_f1: Pair
    macro_f1_gain: Pair
    recall_gain: dict[str, Pair]
    people: int = 0

    @property
    def outcome(self) -> str:
        """What the interval of the macro-F1 says: `better`, `worse` or `as good`."""
        low, high = self.macro_f1_gain
        return "better" if low > 0 else "worse" if high < 0 else "as good"

    @property
    def objections(self) -> list[str]:
        """Why the candidate must not replace the active version; empty where it may."""
        place = f"{self.test_set}, {self.output}"
        told = []
        if self.outcome == "worse":
            told.append(f"{place}: macro-F1 changes by {spelled(self.macro_f1_gain)}.")
        if self.people:  # Too few faces of one emotion for a word on each.
            return told
        told += [
            f"{place}: recall of {emotion} changes by {spelled(gain)}."
            for emotion, gain in self.recall_gain.items()
            if gain[1] < -MAY_DROP
        ]
        return told


def spelled(interval: Pair) -> str:
    """Return an interval as people read it, in points."""
    low, high = (f"{100 * end:+.1f}" for end in interval)
    return f"{low} to {high} points (95 % interval)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says about a candidate.

    Attributes:
        comparisons: on every test set and output that both versions know.
        objections: why it is refused; empty where it may pass.
    """

    comparisons: tuple[Comparison, ...]
    objections: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the candidate may replace the active version."""
        return not self.objections

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object."""
        return {
            "passed": self.passed,
            "objections": list(self.objections),
            "comparisons": [
                asdict(comparison) | {"outcome": comparison.outcome}
                for comparison in self.comparisons
            ],
        }


def judge(
    candidate: Iterable[Answers], active: Iterable[Answers], *, personal: bool = False
) -> Verdict:
    """Compare a candidate with the active version on every test set that both answered.

    Without a common one nobody can say that the candidate is not worse, so it is refused.

    Args:
        personal: whether it learned from people's own photos; then there has to be a common test
            set of held-out ones, and another one.
    """
    known = {answers.digest: answers for answers in active}
    comparisons = tuple(
        compare(theirs, known[theirs.digest], output)
        for theirs in candidate
        if theirs.digest in known
        for output in theirs.given
        if output in known[theirs.digest].given
    )
    objections = tuple(
        objection for comparison in comparisons for objection in comparison.objections
    )
    objections += tuple(missing(comparisons, personal=personal))
    return Verdict(comparisons, objections)


def missing(comparisons: Iterable[Comparison], *, personal: bool) -> Iterator[str]:
    """Yield which comparison would be needed to let a candidate pass, and is not there."""
    kinds = {comparison.people > 0 for comparison in comparisons}
    if not personal and not kinds:
        yield "There is no test set that both versions have answered."
    if personal and False not in kinds:
        yield (
            "It learned from people's corrections, and there is no test set of other faces that "
            "both versions have answered."
        )
    if personal and True not in kinds:
        yield (
            "It learned from people's corrections, and there are no held-out corrections that both "
            "versions have answered: evaluate_emotion --model VERSION --data FILE --remember."
        )


def compare(candidate: Answers, active: Answers, output: str) -> Comparison:
    """Compare two versions on one output of one test set, with the same draws every time."""
    truth = candidate.truth[output]
    known = truth != UNKNOWN
    cells = (truth[known], candidate.given[output][known], active.given[output][known])
    count, images = len(EMOTIONS), int(known.sum())
    joint = np.zeros((count,) * 3, np.int64)
    np.add.at(joint, cells, 1)
    whose = None if candidate.people is None else candidate.people[known]
    draws = drawn(joint) if whose is None else drawn_people(cells, whose)
    new, old = draws.sum(axis=3), draws.sum(axis=2)
    gain = np.percentile(macro_f1(new) - macro_f1(old), INTERVAL)
    present = np.flatnonzero(joint.sum(axis=(1, 2)))
    with np.errstate(invalid="ignore"):
        recalls = np.nanpercentile((recall(new) - recall(old))[:, present], INTERVAL, axis=0)
    return Comparison(
        test_set=candidate.name,
        output=output,
        images=images,
        macro_f1=(float(macro_f1(joint.sum(axis=2))), float(macro_f1(joint.sum(axis=1)))),
        macro_f1_gain=(float(gain[0]), float(gain[1])),
        recall_gain={
            str(EMOTIONS[index]): (float(low), float(high))
            for index, (low, high) in zip(present.tolist(), recalls.T, strict=True)
        },
        people=0 if whose is None else len(np.unique(whose)),
    )


def drawn(joint: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return draws × 7 × 7 × 7 counts of faces drawn with replacement.

    Drawing n faces is drawing n cells of the table of truth, new and old answer.
    """
    images = joint.sum()
    draws = np.random.default_rng(1).multinomial(images, joint.ravel() / images, DRAWS)
    return np.asarray(draws.reshape(DRAWS, *joint.shape))


def drawn_people(cells: Cells, whose: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return draws × 7 × 7 × 7 counts of faces of people, both drawn with replacement."""
    random, shape = np.random.default_rng(1), (len(EMOTIONS),) * 3
    numbers, rows = np.unique(whose, return_inverse=True)
    equally = np.full(len(numbers), 1 / len(numbers))
    times = random.multinomial(len(numbers), equally, DRAWS)
    places = np.ravel_multi_index(cells, shape)
    draws = np.zeros((DRAWS, np.prod(shape)), np.int64)
    for person in range(len(numbers)):
        found, counts = np.unique(places[rows == person], return_counts=True)
        faces = counts.sum()
        draws[:, found] += random.multinomial(times[:, person] * faces, counts / faces)
    return draws.reshape(DRAWS, *shape)


def macro_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean F1 of the seven emotions for … × 7 × 7 counts, rows truth."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    both = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    return np.asarray((2 * right / np.maximum(both, 1)).mean(axis=-1))


def recall(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the recall of each emotion for … × 7 × 7 counts, NaN where it has no face."""
    return np.asarray(np.diagonal(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=-1))
