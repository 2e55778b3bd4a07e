"""Texts about one moment: a face looks like something, it never is."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emotions.captures.explanations import Explanation
from emotions.models import Capture, Detection, Feeling
from ml.metrics.answer_sets import SMALLEST

UNDO = "undo"
"""Marks a message about moments that can be brought back, whose UUIDs follow."""

MOODS = [
    ("1", gettext_lazy("Very unpleasant")),
    ("2", gettext_lazy("Unpleasant")),
    ("3", gettext_lazy("In between")),
    ("4", gettext_lazy("Pleasant")),
    ("5", gettext_lazy("Very pleasant")),
]

QUARTER_TURNS = [
    (270, gettext_lazy("To the left")),
    (90, gettext_lazy("To the right")),
    (180, gettext_lazy("Upside down")),
]
"""Ways to turn a picture: degrees clockwise, and their names."""

LARGEST_PERCENT = 99


def moment_headline(felt: Feeling | None, answer: Detection | None) -> str:
    """Return what the face of a moment looks like and what was felt; empty where neither is."""
    if felt is None:
        return headline(answer) if answer else ""
    words = {"feeling": in_sentence(felt)}
    if answer is None or (answer.unsure and felt in answer.answer_set):
        return _("Felt %(feeling)s") % words
    if answer.emotion == felt:
        return _("Looked and felt %(feeling)s") % words
    return _("%(looks)s · you felt %(feeling)s") % (words | {"looks": headline(answer)})


def rating(capture: Capture) -> str:
    """Return how pleasant a moment was rated, in words; empty if it was not."""
    return str(dict(MOODS).get(str(capture.mood), ""))


def name_looks(detection: Detection) -> str:
    """Return the emotions that a face looks like as they stand inside a sentence."""
    *names, last = [in_sentence(Feeling(emotion)) for emotion in detection.answer_set]
    if not names:
        return last
    return _("%(names)s or %(last)s") % {"names": ", ".join(names), "last": last}


def headline(detection: Detection) -> str:
    """Return what a face looks like, with two or three emotions where the network was unsure."""
    if not detection.unsure:
        return _("Looks %(feeling)s") % {"feeling": in_sentence(Feeling(detection.emotion))}
    names = [in_sentence(Feeling(emotion)) for emotion in detection.answer_set]
    words = dict(zip(("first", "second", "third"), names, strict=False))
    if len(names) == SMALLEST:
        return _("Could be %(first)s or %(second)s") % words
    return _("Could be %(first)s, %(second)s or %(third)s") % words


def percent(share: float) -> str:
    """Return a share in per cent: nothing is certain, and nothing out of the question."""
    whole = round(100 * share)
    if whole > LARGEST_PERCENT:
        return _("over 99%")
    return _("%(percent)d%%") % {"percent": whole} if whole else _("under 1%")


def in_sentence(feeling: Feeling) -> str:
    """Return the name of a feeling as it stands inside a sentence."""
    return str(feeling.label).lower()


def describe_explanation(explanation: Explanation) -> str:
    """Return a sentence about the part of a face that the answer rests on."""
    if not explanation.part:
        return _("No single area of your face decided it: covering any one changes little.")
    part = {
        "brows": _("your forehead and brows"),
        "eyes": _("your eyes and nose"),
        "mouth": _("your mouth and chin"),
    }[explanation.part]
    percent = round(100 * explanation.drop)
    if not percent:
        return _("Mainly %(part)s, but no single area decided it.") % {"part": part}
    words = _(
        "Mainly %(part)s. With the most important area covered, it would be %(percent)d points "
        "less sure that you look %(feeling)s."
    )
    feeling = in_sentence(explanation.emotion)
    return words % {"part": part, "percent": percent, "feeling": feeling}
