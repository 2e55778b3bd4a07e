"""A veto on a version that reads faces worse than the one that answers now; it never chooses.

It compares what both answered about the same test faces with a paired bootstrap: whatever faces
one draw consists of, both versions are measured on them (Efron and Tibshirani 1993).
"""

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Answers:
    """What a version answered about the faces of one test set.

    Attributes:
        name: what the test set is called.
        digest: a sha256 over its faces and labels.
        truth: n indices into `EMOTIONS` for each output; -1 where unknown.
        given: n answered indices for each output.
    """

    name: str
    digest: str
    truth: Mapping[str, NDArray[np.int8]]
    given: Mapping[str, NDArray[np.int8]]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object; a digit stands for a face, a dash for an unknown truth."""
        outputs = {
            output: {"truth": written(self.truth[output]), "given": written(self.given[output])}
            for output in self.given
        }
        return {"name": self.name, "digest": self.digest, "outputs": outputs}

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
    """

    test_set: str
    output: str
    images: int
    macro_f1: Pair
    macro_f1_gain: Pair
    recall_gain: dict[str, Pair]

    @property
    def objections(self) -> list[str]:
        """Why the candidate must not replace the active version; empty where it may."""
        place = f"{self.test_set}, {self.output}"
        told = []
        if self.macro_f1_gain[1] < 0:
            told.append(f"{place}: macro-F1 changes by {spelled(self.macro_f1_gain)}.")
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
            "comparisons": [asdict(comparison) for comparison in self.comparisons],
        }


def judge(candidate: Iterable[Answers], active: Iterable[Answers]) -> Verdict:
    """Compare a candidate with the active version on every test set that both answered.

    Without a common one nobody can say that the candidate is not worse, so it is refused.
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
    if not comparisons:
        objections = ("There is no test set that both versions have answered.",)
    return Verdict(comparisons, objections)


def compare(candidate: Answers, active: Answers, output: str) -> Comparison:
    """Compare two versions on one output of one test set, with the same draws every time."""
    truth = candidate.truth[output]
    known = truth != UNKNOWN
    cells = (truth[known], candidate.given[output][known], active.given[output][known])
    count, images = len(EMOTIONS), int(known.sum())
    joint = np.zeros((count,) * 3)
    np.add.at(joint, cells, 1)
    # Drawing n faces with replacement is drawing n cells of this table.
    draws = np.random.default_rng(1).multinomial(images, joint.ravel() / images, DRAWS)
    draws = draws.reshape(DRAWS, *joint.shape)
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
    )


def macro_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean F1 of the seven emotions for … × 7 × 7 counts, rows truth."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    both = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    return np.asarray((2 * right / np.maximum(both, 1)).mean(axis=-1))


def recall(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the recall of each emotion for … × 7 × 7 counts, NaN where it has no face."""
    return np.asarray(np.diagonal(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=-1))
