"""Line breaks, which count as one character however they are sent."""


def single_line_breaks(text: str) -> str:
    """Return a text whose lines end in one character; browsers' forms send two."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
