"""How each operation is described in the schema and on the page made from it."""

from emotions.api.operations.captures import (
    CREATE,
    CROP,
    DESTROY,
    LIST,
    PHOTO,
    RESTORE,
    RETRIEVE,
    THUMBNAIL,
    UPDATE,
)
from emotions.api.operations.profile import (
    CHANGE_PROFILE,
    DELETE_ACCOUNT,
    EXPORT,
    GIVE_CONSENT,
    IMPORT,
    PROFILE,
    WITHDRAW_CONSENT,
)
from emotions.api.operations.reading import DETECT, MODEL, MODELS, PATTERNS, TAGS, TODAY, TRENDS
from emotions.api.operations.shared import answered, example
from emotions.api.operations.sync import BATCH, CHANGES

__all__ = [
    "BATCH",
    "CHANGES",
    "CHANGE_PROFILE",
    "CREATE",
    "CROP",
    "DELETE_ACCOUNT",
    "DESTROY",
    "DETECT",
    "EXPORT",
    "GIVE_CONSENT",
    "IMPORT",
    "LIST",
    "MODEL",
    "MODELS",
    "PATTERNS",
    "PHOTO",
    "PROFILE",
    "RESTORE",
    "RETRIEVE",
    "TAGS",
    "THUMBNAIL",
    "TODAY",
    "TRENDS",
    "UPDATE",
    "WITHDRAW_CONSENT",
    "answered",
    "example",
]
