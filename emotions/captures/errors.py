"""Why a write was refused; whatever is refused changes nothing."""


class NoFaceError(Exception):
    """The photo shows no face and the person has not said to log it anyway."""


class EmptyCaptureError(Exception):
    """There is nothing to record: neither a photo nor a feeling, a mood or a note."""


class CaptureDeletedError(Exception):
    """The capture was deleted; it does not come back by being sent again."""


class RequestConflictError(Exception):
    """Another request came under this UUID or idempotency key before."""


class StaleError(Exception):
    """The capture has changed since the caller read it."""


class ImportUnderWayError(Exception):
    """Another history of the same person is being brought in."""


class NoSuchFaceError(Exception):
    """The capture has no such face."""


class KeepsMoreError(Exception):
    """What is not kept any more cannot be kept again."""


class UnreadablePictureError(Exception):
    """What is kept of a capture's face is gone or damaged."""
