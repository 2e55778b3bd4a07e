"""How a version on trial does beside the one that answered, over the photos that both read."""

from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from emotions.model_quality.k_anonymity import Latency, Share, latency_of, share_of
from emotions.models import Capture, Detection
from ml.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Comparison:
    """What both say of the same photos; None where too few people are behind a figure.

    Attributes:
        same: how often both say the same.
        answered_felt: how often what was answered is what was felt, where that was said.
        tried_felt: how often what the version on trial says is what was felt.
        answered_latency: how long the version that answered takes.
        tried_latency: how long the version on trial takes.
    """

    same: Share | None
    answered_felt: Share | None
    tried_felt: Share | None
    answered_latency: Latency | None
    tried_latency: Latency | None


def compare(version: ModelVersion) -> Comparison:
    """Compare a version to what was answered, over every photo that it read on trial.

    What people brought along from elsewhere does not count: it has no times.
    """
    mine = Q(detections__is_me=True)
    answer = mine & Q(detections__role=Detection.Role.ANSWER)
    tried = mine & Q(
        detections__role=Detection.Role.SHADOW,
        detections__model_version=version,
        detections__milliseconds__isnull=False,
    )
    rows = (
        Capture.objects.filter(deleted_at=None)
        .annotate(
            answer=FilteredRelation("detections", condition=answer),
            tried=FilteredRelation("detections", condition=tried),
        )
        .filter(answer__isnull=False, tried__isnull=False)
        .values_list(
            *("owner_id", "felt", "answer__emotion", "tried__emotion"),
            *("answer__milliseconds", "tried__milliseconds"),
        )
    )
    columns = list(zip(*rows, strict=True)) or [()] * 6
    owners, felt, answered, told, answer_times, tried_times = columns
    said = [
        (owner, one, other, truth)
        for owner, truth, one, other in zip(owners, felt, answered, told, strict=True)
        if truth
    ]
    who_said = {owner for owner, *_ in said}
    timed = [
        (owner, time) for owner, time in zip(owners, answer_times, strict=True) if time is not None
    ]
    return Comparison(
        same=share_of([one == other for one, other in zip(answered, told, strict=True)], owners),
        answered_felt=share_of([one == truth for _, one, _, truth in said], who_said),
        tried_felt=share_of([other == truth for _, _, other, truth in said], who_said),
        answered_latency=latency_of([time for _, time in timed], {owner for owner, _ in timed}),
        tried_latency=latency_of(tried_times, owners),
    )
