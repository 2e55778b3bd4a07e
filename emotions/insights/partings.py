"""Where what people feel and what their faces look like part: one question, and what is seen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from accounts.models import User
from emotions.captures.days import majority
from emotions.captures.presentation import Item
from emotions.captures.wording import in_sentence
from emotions.models import Capture, Feeling

MIN_PAIRS = 10
"""The answered photos that it takes to say anything."""
MAX_PAIRS = 1000
"""The latest answered photos of a span that are looked at."""
FRIDAY = 4


class Pair(NamedTuple):
    """An answered photo whose face looked like one emotion."""

    on: date
    looked: Feeling
    felt: Feeling


class Parting(NamedTuple):
    """Two majorities that differ: what faces looked like, and what was felt.

    Attributes:
        looked_times: how many of the `pairs` looked like that.
        felt_times: how many times that was felt.
    """

    looked: Feeling
    looked_times: int
    felt: Feeling
    felt_times: int
    pairs: int


def item_to_ask_about(items: Iterable[Item]) -> Item | None:
    """Return the moment that the one question of a day is about, until there is a note of it.

    It is the first moment at which both part, so that a day has no second question.

    Args:
        items: of one day, in order.
    """
    first = next((item for item in items if item.parts), None)
    return first if first and not first.capture.note else None


def question(item: Item) -> str:
    """Return the question about a moment at which both part."""
    if item.felt is None or item.looks is None:
        raise ValueError("item: expected one that looks otherwise than was felt.")
    words = _("At %(time)s you felt %(felt)s while your face looked %(looks)s. What was going on?")
    return words % {
        "time": time_format(item.local_time, use_l10n=True),
        "felt": in_sentence(item.felt),
        "looks": in_sentence(item.looks),
    }


def load_pairs(*, owner: User, first: date, last: date) -> list[Pair]:
    """Return the latest answered photos of some days whose faces looked like one emotion."""
    answered = Capture.objects.of(owner).filter(local_date__range=(first, last)).exclude(felt=None)
    rows = (
        answered.with_feeling()
        .filter(answer__unsure=False)  # type: ignore[misc]  # of with_feeling
        .order_by("-taken_at", "-id")
        .values_list("local_date", "answer__emotion", "felt")
    )
    return [Pair(on, Feeling(looked), Feeling(felt)) for on, looked, felt in rows[:MAX_PAIRS]]


def find_parting(pairs: Sequence[Pair]) -> Parting | None:
    """Return where two majorities part; None where they do not, and below `MIN_PAIRS`."""
    looked, felt = Counter(pair.looked for pair in pairs), Counter(pair.felt for pair in pairs)
    most_looked, most_felt = majority(looked), majority(felt)
    if len(pairs) < MIN_PAIRS or most_looked is None or most_felt is None:
        return None
    if most_looked == most_felt:
        return None
    return Parting(most_looked, looked[most_looked], most_felt, felt[most_felt], pairs=len(pairs))


def sentences(pairs: Sequence[Pair]) -> list[str]:
    """Say what many answered photos show, with the numbers; nothing below `MIN_PAIRS`.

    Workdays and weekends are told apart where only one of them parts, or each parts otherwise.
    """
    if len(pairs) < MIN_PAIRS:
        return []
    whole = find_parting(pairs)
    workdays = find_parting([pair for pair in pairs if pair.on.weekday() <= FRIDAY])
    weekends = find_parting([pair for pair in pairs if pair.on.weekday() > FRIDAY])
    told = {(parting.looked, parting.felt) for parting in (workdays, weekends) if parting}
    if whole and (not told or (workdays and weekends and len(told) == 1)):
        words = _(
            "Your face mostly says %(looked)s (%(looked_times)d of %(pairs)d photos); "
            "you mostly say %(felt)s (%(felt_times)d)."
        )
        return [fill(words, whole)]
    on_workdays = _(
        "On workdays your face mostly says %(looked)s (%(looked_times)d of %(pairs)d photos); "
        "you mostly say %(felt)s (%(felt_times)d)."
    )
    on_weekends = _(
        "On weekends your face mostly says %(looked)s (%(looked_times)d of %(pairs)d photos); "
        "you mostly say %(felt)s (%(felt_times)d)."
    )
    said = [
        fill(words, parting)
        for words, parting in ((on_workdays, workdays), (on_weekends, weekends))
        if parting
    ]
    if said:
        return said
    agreed = sum(pair.looked == pair.felt for pair in pairs)
    words = _("In %(agreed)d of %(pairs)d photos you felt what your face showed.")
    return [words % {"agreed": agreed, "pairs": len(pairs)}]


def fill(words: str, parting: Parting) -> str:
    """Return a sentence about a parting."""
    names = {"looked": in_sentence(parting.looked), "felt": in_sentence(parting.felt)}
    return words % (parting._asdict() | names)
