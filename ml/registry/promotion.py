"""Which version answers from now on: promoting through the gate, and rolling back."""

from django.db import transaction

from ml.metrics.gate import Answers, Verdict, judge
from ml.models import ModelVersion, Promotion
from ml.registry.active import NoModelError, active_version
from ml.registry.trials import end_trial, running_trial
from ml.registry.versions import count_look, verify


class GateError(Exception):
    """The gate refuses a version; the message says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(" ".join(verdict.objections))
        self.verdict = verdict


def verdict_on(candidate: ModelVersion, active: ModelVersion) -> Verdict:
    """Compare a candidate with the active version, which is a look at the test split."""
    count_look(candidate)
    personal = candidate.card.get("dataset", {}).get("personal")
    return judge(answers(candidate), answers(active), personal=bool(personal))


def answers(version: ModelVersion) -> list[Answers]:
    """Return what a version answered about test faces."""
    return [Answers.from_json(told) for told in version.answers]


def promote(version: ModelVersion, *, by: str, reason: str = "", force: bool = False) -> Promotion:
    """Let a version answer from now on, in every process.

    Args:
        by: who does it.
        reason: why; has to be given to force.
        force: promote even what the gate refuses.

    Raises:
        GateError: when the gate refuses it and it is not forced.
        ModelFileError: when its files are damaged or do not answer.
        ValueError: when it answers already, or is forced without a reason.
    """
    if force and not reason:
        raise ValueError("Expected a reason to promote a version against the gate.")
    verify(version)
    while True:
        active = active_version()
        if active == version:
            raise ValueError(f"{version.name} answers already.")
        verdict = verdict_on(version, active)
        if not verdict.passed and not force:
            raise GateError(verdict)
        kind = Promotion.Kind.PROMOTED if verdict.passed else Promotion.Kind.FORCED
        promotion = switch(
            version, expected=active, kind=kind, by=by, reason=reason, verdict=verdict
        )
        if promotion:
            return promotion


def version_before() -> ModelVersion | None:
    """Return the version that answered before the active one was promoted, if there is one."""
    promoted = active_version().promotions.exclude(kind=Promotion.Kind.ROLLED_BACK).first()
    return promoted.previous if promoted else None


def roll_back(*, by: str, reason: str = "") -> Promotion:
    """Let the version answer that did so before the active one was promoted.

    Raises:
        NoModelError: when there is none.
        ModelFileError: when its files are damaged or gone.
    """
    while True:
        active = active_version()
        before = version_before()
        if before is None:
            raise NoModelError(f"No version answered before {active.name}.")
        verify(before)
        promotion = switch(
            before,
            expected=active,
            kind=Promotion.Kind.ROLLED_BACK,
            by=by,
            reason=reason,
        )
        if promotion:
            return promotion


@transaction.atomic
def switch(
    version: ModelVersion,
    *,
    expected: ModelVersion,
    kind: Promotion.Kind,
    by: str,
    reason: str,
    verdict: Verdict | None = None,
) -> Promotion | None:
    """Make a version the active one; None where another one than expected is active by now."""
    # Every switch locks the same rows in the same order.
    versions = {row.pk: row for row in ModelVersion.objects.select_for_update().order_by("pk")}
    if not versions[expected.pk].active:
        return None
    ModelVersion.objects.filter(pk=expected.pk).update(active=False)
    ModelVersion.objects.filter(pk=version.pk).update(active=True)
    trial = running_trial()
    if trial and trial.version == version:
        end_trial()
    return Promotion.objects.create(
        version=version,
        previous=expected,
        kind=kind,
        by=by,
        reason=reason,
        verdict=verdict and verdict.to_json(),
    )
