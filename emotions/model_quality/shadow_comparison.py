"""How a version in shadow deployment does beside the answers, on the photos that both read."""

from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from emotions.model_quality.k_anonymity import Latency, Share, anonymous_latency, anonymous_share
from emotions.models import Capture, Detection
from ml.models import ModelVersion


@dataclass(frozen=True, slots=True)
class ShadowComparison:
    """Figures over the photos that both read; None where too few people are behind one.

    Attributes:
        same: how often the shadow detected what was answered.
        answer_felt: how often people felt what was answered, where they said what they felt.
        shadow_felt: how often people felt what the shadow detected.
        answer_latency: how long the version that answered took.
        shadow_latency: how long the shadow took.
    """

    same: Share | None
    answer_felt: Share | None
    shadow_felt: Share | None
    answer_latency: Latency | None
    shadow_latency: Latency | None


def compare_shadow(version: ModelVersion) -> ShadowComparison:
    """Compare a version with what was answered, over all photos that it read as a shadow.

    Imported detections do not count: they have no latency.
    """
    mine = Q(detections__is_me=True)
    answer = mine & Q(detections__role=Detection.Role.ANSWER)
    shadow = mine & Q(
        detections__role=Detection.Role.SHADOW,
        detections__model_version=version,
        detections__milliseconds__isnull=False,
    )
    rows = (
        Capture.objects.filter(deleted_at=None)
        .annotate(
            answer=FilteredRelation("detections", condition=answer),
            shadow=FilteredRelation("detections", condition=shadow),
        )
        .filter(answer__isnull=False, shadow__isnull=False)
        .values_list(
            *("owner_id", "felt", "answer__emotion", "shadow__emotion"),
            *("answer__milliseconds", "shadow__milliseconds"),
        )
    )
    columns = list(zip(*rows, strict=True)) or [()] * 6
    owner_ids, felt, answers, shadows, answer_times, shadow_times = columns
    with_felt = [row for row in zip(owner_ids, felt, answers, shadows, strict=True) if row[1]]
    owners_with_felt = {owner_id for owner_id, *_ in with_felt}
    timed = [
        (owner_id, milliseconds)
        for owner_id, milliseconds in zip(owner_ids, answer_times, strict=True)
        if milliseconds is not None
    ]
    return ShadowComparison(
        same=anonymous_share(
            [answer == shadow for answer, shadow in zip(answers, shadows, strict=True)], owner_ids
        ),
        answer_felt=anonymous_share(
            [answer == truth for _, truth, answer, _ in with_felt], owners_with_felt
        ),
        shadow_felt=anonymous_share(
            [shadow == truth for _, truth, _, shadow in with_felt], owners_with_felt
        ),
        answer_latency=anonymous_latency(
            [milliseconds for _, milliseconds in timed], {owner_id for owner_id, _ in timed}
        ),
        shadow_latency=anonymous_latency(shadow_times, owner_ids),
    )
