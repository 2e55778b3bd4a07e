"""Trained versions: registering them, which one answers, promoting and rolling back."""

from ml.registry.active import (
    NoModelError,
    Serving,
    active_version,
    predictor_of,
    serving,
)
from ml.registry.promotion import GateError, promote, roll_back, version_before
from ml.registry.versions import (
    find_version,
    register,
    register_bundled,
    remember_answers,
    version_by_name,
    version_elsewhere,
)

__all__ = [
    "GateError",
    "NoModelError",
    "Serving",
    "active_version",
    "find_version",
    "predictor_of",
    "promote",
    "register",
    "register_bundled",
    "remember_answers",
    "roll_back",
    "serving",
    "version_before",
    "version_by_name",
    "version_elsewhere",
]
