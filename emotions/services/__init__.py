"""Every write to a person's moods, one function a use case."""

from emotions.services.contributing import contribute, take_back
from emotions.services.correction_files import export_corrections, tidy_files
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
    PushNotOfferedError,
    RequestConflictError,
    StaleError,
    TooManyRemindersError,
    UnfitEndpointError,
    UnfitKeysError,
    UnreadablePictureError,
)
from emotions.services.importing import Tally, import_history
from emotions.services.mending import mend_picture
from emotions.services.preferences import set_preferences
from emotions.services.recording import Said, record_capture
from emotions.services.reminders import (
    MOST_REMINDERS,
    ReminderChanges,
    add_reminder,
    add_subscription,
    change_reminder,
    remove_reminder,
    remove_subscription,
    stop_reminders,
)
from emotions.services.reminding import send_reminders
from emotions.services.rereading import each_waiting_for, read_again, waiting_for
from emotions.services.retention import forget_old_pictures

__all__ = [
    "MOST_REMINDERS",
    "TRASH_KEPT_FOR",
    "CaptureDeletedError",
    "Changes",
    "ImportUnderWayError",
    "KeepsMoreError",
    "NoFaceError",
    "NoSuchFaceError",
    "NothingSaidError",
    "PushNotOfferedError",
    "ReminderChanges",
    "RequestConflictError",
    "Said",
    "StaleError",
    "Tally",
    "TooManyRemindersError",
    "UnfitEndpointError",
    "UnfitKeysError",
    "UnreadablePictureError",
    "add_reminder",
    "add_subscription",
    "change_reminder",
    "contribute",
    "delete_capture",
    "discard",
    "each_waiting_for",
    "edit_capture",
    "export_corrections",
    "forget_old_pictures",
    "import_history",
    "mend_picture",
    "purge_capture",
    "purge_trash",
    "read_again",
    "record_capture",
    "remove_reminder",
    "remove_subscription",
    "restore_capture",
    "send_reminders",
    "set_preferences",
    "stop_reminders",
    "take_back",
    "tidy_files",
    "waiting_for",
]
