"""Trained versions: registering them, which one answers, promoting and rolling back."""

from ml.registry.active import (
    NoModelError,
    Serving,
    active_version,
    predictor_of,
    serving,
)
from ml.registry.promotion import GateError, promote, roll_back, version_before
from ml.registry.trials import TrialError, begin_trial, end_trial, running_trial
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
    "TrialError",
    "active_version",
    "begin_trial",
    "end_trial",
    "find_version",
    "predictor_of",
    "promote",
    "register",
    "register_bundled",
    "remember_answers",
    "roll_back",
    "running_trial",
    "serving",
    "version_before",
    "version_by_name",
    "version_elsewhere",
]
