"""The gate: a veto against promoting a version that performs worse than the active one.

It compares the predictions of both versions on the same test faces with a paired bootstrap: in each
draw both are evaluated on the same resampled faces (Efron and Tibshirani 1993). Where the faces are
contributed photos, people are resampled first and then their faces, because the faces of one person
are alike (two-stage cluster bootstrap, Davison and Hinkley 1997).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.metrics.intervals import CENTRAL_95

DRAWS = 2000
MAX_RECALL_DROP = 0.05  # of a single emotion
UNKNOWN = -1

Pair = tuple[float, float]
Cells = tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Answers:
    """A version's predictions on one test set.

    Attributes:
        name: name of the test set.
        digest: sha256 over its faces and labels.
        truth: for each output n indices into `EMOTIONS`; -1 where unknown.
        given: for each output n predicted indices.
        people: for contributed photos n numbers, from 0, of the people who contributed them; else
            None.
    """

    name: str
    digest: str
    truth: Mapping[str, NDArray[np.int8]]
    given: Mapping[str, NDArray[np.int8]]
    people: NDArray[np.int64] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-serializable dict, a digit for each face and a dash for unknown truth."""
        outputs = {
            output: {
                "truth": format_digits(self.truth[output]),
                "given": format_digits(self.given[output]),
            }
            for output in self.given
        }
        payload = {"name": self.name, "digest": self.digest, "outputs": outputs}
        return payload if self.people is None else payload | {"people": self.people.tolist()}

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> Self:
        """Parse the result of `to_json`.

        Raises:
            ValueError, KeyError, TypeError: it has another format.
        """
        outputs = payload["outputs"]
        return cls(
            str(payload["name"]),
            str(payload["digest"]),
            {output: parse_digits(facts["truth"]) for output, facts in outputs.items()},
            {output: parse_digits(facts["given"]) for output, facts in outputs.items()},
            np.array(payload["people"], np.int64) if "people" in payload else None,
        )


def format_digits(indices: NDArray[np.int8]) -> str:
    """Return one digit per index, and a dash for `UNKNOWN`."""
    return "".join("-" if index == UNKNOWN else str(index) for index in indices.tolist())


def parse_digits(digits: str) -> NDArray[np.int8]:
    """Parse the result of `format_digits`.

    Raises:
        ValueError: it contains anything else.
    """
    indices = np.array([UNKNOWN if digit == "-" else int(digit) for digit in digits], np.int8)
    if indices.size and indices.max() >= len(EMOTIONS):
        raise ValueError(f"expected digits below {len(EMOTIONS)}, received {indices.max()}")
    return indices


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate compared with the active version on one output and one test set.

    Attributes:
        images: number of faces people truth is known.
        macro_f1: of the candidate and of the active version, 0 to 1.
        macro_f1_gain: 95 % interval of the difference, positive if the candidate is better.
        recall_gain: the same for the recall of each emotion in the test set.
        people: number of people who contributed the faces; 0 if nobody did.
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
        """`better`, `worse` or `as good`, by the interval of the macro-F1 gain."""
        low, high = self.macro_f1_gain
        return "better" if low > 0 else "worse" if high < 0 else "as good"

    @property
    def objections(self) -> list[str]:
        """Reasons against promoting the candidate; empty if there are none."""
        place = f"{self.test_set}, {self.output}"
        reasons = []
        if self.outcome == "worse":
            reasons.append(f"{place}: macro-F1 changes by {format_interval(self.macro_f1_gain)}.")
        if self.people:  # There are too few faces of each emotion to judge its recall.
            return reasons
        reasons += [
            f"{place}: recall of {emotion} changes by {format_interval(gain)}."
            for emotion, gain in self.recall_gain.items()
            if gain[1] < -MAX_RECALL_DROP
        ]
        return reasons


def format_interval(interval: Pair) -> str:
    low, high = (f"{100 * end:+.1f}" for end in interval)
    return f"{low} to {high} points (95 % interval)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision of the gate about a candidate.

    Attributes:
        comparisons: one for each test set and output that both versions have in common.
        objections: reasons against promoting it; empty if it passes.
    """

    comparisons: tuple[Comparison, ...]
    objections: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the candidate may replace the active version."""
        return not self.objections

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-serializable dict."""
        return {
            "passed": self.passed,
            "objections": list(self.objections),
            "comparisons": [
                asdict(comparison) | {"outcome": comparison.outcome}
                for comparison in self.comparisons
            ],
        }


def judge(
    candidate: Iterable[Answers], active: Iterable[Answers], *, with_contributions: bool = False
) -> Verdict:
    """Compare a candidate with the active version on every test set that they have in common.

    Without a common test set the candidate is rejected, because it may be worse.

    Args:
        with_contributions: whether the candidate was trained on contributed photos. Then there must
            be a common test set of held-out contributions, and another one without any.
    """
    known = {answers.digest: answers for answers in active}
    comparisons = tuple(
        compare(answers, known[answers.digest], output)
        for answers in candidate
        if answers.digest in known
        for output in answers.given
        if output in known[answers.digest].given
    )
    objections = tuple(
        objection for comparison in comparisons for objection in comparison.objections
    )
    objections += tuple(missing_comparisons(comparisons, with_contributions=with_contributions))
    return Verdict(comparisons, objections)


def missing_comparisons(
    comparisons: Iterable[Comparison], *, with_contributions: bool
) -> Iterator[str]:
    """Yield a message for each comparison that is required but not available."""
    kinds = {comparison.people > 0 for comparison in comparisons}
    if not with_contributions and not kinds:
        yield "There is no test set that both versions have answered."
    if with_contributions and False not in kinds:
        yield (
            "It learned from people's corrections, and there is no test set of other faces that "
            "both versions have answered."
        )
    if with_contributions and True not in kinds:
        yield (
            "It learned from people's corrections, and there are no held-out corrections that both "
            "versions have answered: evaluate_emotion --model VERSION --data FILE --remember."
        )


def compare(candidate: Answers, active: Answers, output: str) -> Comparison:
    """Compare two versions on one output of one test set; the draws are the same every time."""
    truth = candidate.truth[output]
    known = truth != UNKNOWN
    cells = (truth[known], candidate.given[output][known], active.given[output][known])
    count, images = len(EMOTIONS), int(known.sum())
    joint = np.zeros((count,) * 3, np.int64)
    np.add.at(joint, cells, 1)
    people = None if candidate.people is None else candidate.people[known]
    draws = bootstrap_faces(joint) if people is None else bootstrap_people(cells, people)
    new, old = draws.sum(axis=3), draws.sum(axis=2)
    gain = np.percentile(macro_f1(new) - macro_f1(old), CENTRAL_95)
    present = np.flatnonzero(joint.sum(axis=(1, 2)))
    with np.errstate(invalid="ignore"):
        recalls = np.nanpercentile((recall(new) - recall(old))[:, present], CENTRAL_95, axis=0)
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
        people=0 if people is None else len(np.unique(people)),
    )


def bootstrap_faces(joint: NDArray[np.int64]) -> NDArray[np.int64]:
    """Resample faces: `DRAWS` × 7 × 7 × 7 counts of truth, new and old prediction.

    Drawing n faces with replacement is the same as drawing n cells of the joint table.
    """
    images = joint.sum()
    draws = np.random.default_rng(1).multinomial(images, joint.ravel() / images, DRAWS)
    return np.asarray(draws.reshape(DRAWS, *joint.shape))


def bootstrap_people(cells: Cells, people: NDArray[np.int64]) -> NDArray[np.int64]:
    """Resample people and then their faces: `DRAWS` × 7 × 7 × 7 counts like `bootstrap_faces`."""
    random, shape = np.random.default_rng(1), (len(EMOTIONS),) * 3
    unique, rows = np.unique(people, return_inverse=True)
    uniform = np.full(len(unique), 1 / len(unique))
    times = random.multinomial(len(unique), uniform, DRAWS)
    indices = np.ravel_multi_index(cells, shape)
    draws = np.zeros((DRAWS, np.prod(shape)), np.int64)
    for person in range(len(unique)):
        found, counts = np.unique(indices[rows == person], return_counts=True)
        faces = counts.sum()
        draws[:, found] += random.multinomial(times[:, person] * faces, counts / faces)
    return draws.reshape(DRAWS, *shape)


def macro_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the macro-F1 of … × 7 × 7 confusion matrices, whose rows are the truth."""
    correct = np.diagonal(confusion, axis1=-2, axis2=-1)
    both = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    return np.asarray((2 * correct / np.maximum(both, 1)).mean(axis=-1))


def recall(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the recall of each emotion for … × 7 × 7 confusion matrices; NaN without faces."""
    return np.asarray(np.diagonal(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=-1))
