"""Measuring pictures of captures that earlier releases stored without their size."""

from emotions.models import Capture
from emotions.pictures.storage import total_size

BATCH_SIZE = 500


def measure_pictures() -> int:
    """Store the size of the pictures of each capture where it is unknown; return their number.

    It can be interrupted and run again at any time.
    """
    unknown = Capture.objects.filter(picture_bytes=None).exclude(photo="", crop="", thumbnail="")
    measured, after = 0, 0
    while batch := list(unknown.filter(pk__gt=after).order_by("pk")[:BATCH_SIZE]):
        for capture in batch:
            size = total_size(capture.picture_names)
            rows = Capture.objects.filter(pk=capture.pk, picture_bytes=None)
            measured += rows.update(picture_bytes=size)
        after = batch[-1].pk
    return measured
