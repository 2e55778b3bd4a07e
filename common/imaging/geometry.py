"""Rectangles in pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A face in pixels of the upright picture: left, top, width and height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """Area in square pixels."""
        return self.width * self.height

    def turned(self, degrees: int, width: int, height: int) -> Box:
        """Return the box in a picture of a width and height that is turned as `images.turn` does.

        Args:
            degrees: clockwise, a multiple of 90.
        """
        right, below = width - self.x - self.width, height - self.y - self.height
        return {
            0: self,
            90: Box(below, self.x, self.height, self.width),
            180: Box(right, below, self.width, self.height),
            270: Box(self.y, right, self.height, self.width),
        }[degrees % 360]

    def overlap(self, other: Box) -> float:
        """Return the area of the intersection as a share of the smaller box, 0 to 1."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0, width) * max(0, height) / min(self.area, other.area)
