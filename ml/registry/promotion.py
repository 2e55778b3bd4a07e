"""Promoting a version through the gate, and rolling back to the one before."""

from django.db import transaction

from ml.metrics.gate import Answers, Verdict, judge
from ml.models import ModelVersion, Promotion
from ml.registry.active import NoModelError, active_version
from ml.registry.shadow import running_shadow, stop_shadow
from ml.registry.versions import increment_looks, verify


class GateError(Exception):
    """The gate rejects a version; the message says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(" ".join(verdict.objections))
        self.verdict = verdict


def gate_verdict(candidate: ModelVersion, active: ModelVersion) -> Verdict:
    """Ask the gate about a candidate, which counts as one more look at the test split."""
    increment_looks(candidate)
    contributions = candidate.card.get("dataset", {}).get("personal")
    return judge(
        saved_answers(candidate), saved_answers(active), with_contributions=bool(contributions)
    )


def saved_answers(version: ModelVersion) -> list[Answers]:
    return [Answers.from_json(payload) for payload in version.answers]


def promote(version: ModelVersion, *, by: str, reason: str = "", force: bool = False) -> Promotion:
    """Make a version the active one, in every process at once.

    Args:
        by: name of the person who promotes.
        reason: required to force.
        force: promote even against the gate.

    Raises:
        GateError: the gate rejects the version and it is not forced.
        ModelFileError: its files are missing or damaged, or its network cannot be run.
        ValueError: it is active already, or forced without a reason.
    """
    if force and not reason:
        raise ValueError("Expected a reason to promote a version against the gate.")
    verify(version)
    while True:
        active = active_version()
        if active == version:
            raise ValueError(f"{version.name} answers already.")
        verdict = gate_verdict(version, active)
        if not verdict.passed and not force:
            raise GateError(verdict)
        kind = Promotion.Kind.PROMOTED if verdict.passed else Promotion.Kind.FORCED
        promotion = switch_active(
            version, expected=active, kind=kind, by=by, reason=reason, verdict=verdict
        )
        if promotion:
            return promotion


def previous_version() -> ModelVersion | None:
    """Return the version that was active before the current one was promoted, if any."""
    promoted = active_version().promotions.exclude(kind=Promotion.Kind.ROLLED_BACK).first()
    return promoted.previous if promoted else None


def roll_back(*, by: str, reason: str = "") -> Promotion:
    """Make the previously active version the active one again.

    Raises:
        NoModelError: there is no earlier version.
        ModelFileError: its files are missing or damaged, or its network cannot be run.
    """
    while True:
        active = active_version()
        previous = previous_version()
        if previous is None:
            raise NoModelError(f"No version was active before {active.name}.")
        verify(previous)
        promotion = switch_active(
            previous, expected=active, kind=Promotion.Kind.ROLLED_BACK, by=by, reason=reason
        )
        if promotion:
            return promotion


@transaction.atomic
def switch_active(
    version: ModelVersion,
    *,
    expected: ModelVersion,
    kind: Promotion.Kind,
    by: str,
    reason: str,
    verdict: Verdict | None = None,
) -> Promotion | None:
    """Make a version the active one; return None if `expected` is no longer active."""
    # Every switch locks the same rows in the same order, so that two cannot deadlock.
    versions = {row.pk: row for row in ModelVersion.objects.select_for_update().order_by("pk")}
    if not versions[expected.pk].active:
        return None
    ModelVersion.objects.filter(pk=expected.pk).update(active=False)
    ModelVersion.objects.filter(pk=version.pk).update(active=True)
    shadow = running_shadow()
    if shadow and shadow.version == version:
        stop_shadow()
    return Promotion.objects.create(
        version=version,
        previous=expected,
        kind=kind,
        by=by,
        reason=reason,
        verdict=verdict and verdict.to_json(),
    )
