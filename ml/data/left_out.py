"""What is left out of a dataset: how much, why, and the first of it by name."""

from collections import Counter
from collections.abc import Mapping

MAX_EXAMPLES = 3


class LeftOut(Counter[str]):
    """How many pictures are left out, by reason.

    Attributes:
        examples: by reason, the paths of the first pictures that were added by name.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__(counts)
        self.examples: dict[str, list[str]] = {}

    def add(self, reason: str, path: str) -> None:
        """Count a picture."""
        self[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(path)

    def lines(self) -> list[str]:
        """Return a line for each reason."""
        return [
            f"Dropped ({reason}): {count}{self._examples(reason)}"
            for reason, count in sorted(self.items())
        ]

    def _examples(self, reason: str) -> str:
        examples = self.examples.get(reason, [])
        more = ", …" if self[reason] > len(examples) else ""
        return f": {', '.join(examples)}{more}" if examples else ""
