"""Reasons for which a change of a tag is refused; it has changed nothing then."""

from emotions.models import Tag


class TagExistsError(Exception):
    """Another tag of the person has this name; the two can be merged."""

    def __init__(self, existing: Tag) -> None:
        super().__init__(existing.name)
        self.existing = existing


class SameTagError(Exception):
    """A tag cannot be merged into itself."""
