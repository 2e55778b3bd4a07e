"""Every write to a person's moods, one function a use case."""

from emotions.services.deleting import (
    TRASH_KEPT_FOR,
    delete_capture,
    discard,
    purge_capture,
    purge_trash,
    restore_capture,
)
from emotions.services.editing import Changes, edit_capture
from emotions.services.errors import (
    CaptureDeletedError,
    ImportUnderWayError,
    KeepsMoreError,
    NoFaceError,
    NoSuchFaceError,
    NothingSaidError,
    RequestConflictError,
    StaleError,
)
from emotions.services.importing import Tally, import_history
from emotions.services.preferences import set_preferences
from emotions.services.recording import Said, record_capture

__all__ = [
    "TRASH_KEPT_FOR",
    "CaptureDeletedError",
    "Changes",
    "ImportUnderWayError",
    "KeepsMoreError",
    "NoFaceError",
    "NoSuchFaceError",
    "NothingSaidError",
    "RequestConflictError",
    "Said",
    "StaleError",
    "Tally",
    "delete_capture",
    "discard",
    "edit_capture",
    "import_history",
    "purge_capture",
    "purge_trash",
    "record_capture",
    "restore_capture",
    "set_preferences",
]
