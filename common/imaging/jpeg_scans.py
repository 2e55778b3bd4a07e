"""How much of a JPEG's picture its scans have brought (ITU-T T.81, B.2.2 and B.2.3)."""

BLOCK = 64
"""Coefficients of a block of 8 × 8 pixels."""
_NOTHING = 0xF
"""More bits than a coefficient can lack."""


class JpegScans:
    """What the scans of a frame hold, by component and coefficient.

    A progressive picture comes in several scans, each of which brings some coefficients, or
    one more bit of them; a baseline picture in one scan, or one for each component.
    """

    def __init__(self, frame: bytes = b"", *, progressive: bool = False) -> None:
        """Begin with the header of a frame."""
        self._progressive = progressive
        # Precision, height, width and number of components, then three bytes for each of them.
        components = frame[6 : 6 + 3 * frame[5] : 3] if len(frame) > 5 else b""  # noqa: PLR2004
        self._missing_bits = {component: [_NOTHING] * BLOCK for component in components}

    def add(self, scan: bytes) -> None:
        """Add the header of a scan; what it cannot mean is left to the decoder."""
        count = scan[0] if scan else 0
        components, rest = scan[1 : 1 + 2 * count : 2], scan[1 + 2 * count : 4 + 2 * count]
        first, last, bits = rest if len(rest) == 3 else (0, -1, 0)  # noqa: PLR2004
        if not self._progressive:
            first, last, bits = 0, BLOCK - 1, 0
        for component in components:
            coefficients = self._missing_bits.get(component, [])
            for at in range(first, min(last + 1, len(coefficients))):
                coefficients[at] = bits & 0xF

    def are_complete(self) -> bool:
        """Tell whether no coefficient of any component lacks a bit."""
        return bool(self._missing_bits) and not any(map(any, self._missing_bits.values()))
