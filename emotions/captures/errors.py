"""Reasons for which a write is refused; it has changed nothing then."""


class NoFaceError(Exception):
    """The photo shows no face, and was not to be kept without one."""


class EmptyCaptureError(Exception):
    """There is nothing to record: neither a photo nor a feeling, a mood or a note."""


class CaptureDeletedError(Exception):
    """The capture was deleted; sending it again does not bring it back."""


class RequestConflictError(Exception):
    """A different request used this UUID or idempotency key before."""


class StaleError(Exception):
    """The capture has changed since the caller read it."""


class ImportUnderWayError(Exception):
    """Another history of the same person is being brought in."""


class NoSuchFaceError(Exception):
    """The capture has no such face."""


class KeepsMoreError(Exception):
    """More of the photo would have to be kept than there is."""


class NothingToTurnError(Exception):
    """No picture of the capture is kept, or none that can be read."""


class UnreadablePictureError(Exception):
    """The picture that is kept of a capture's face is gone or damaged."""
