"""The model registry: trained versions, which of them is active, promotion and rollback."""

from ml.registry.active import (
    NoModelError,
    Serving,
    active_version,
    predictor_of,
    serving,
)
from ml.registry.promotion import GateError, previous_version, promote, roll_back
from ml.registry.shadow import ShadowError, running_shadow, start_shadow, stop_shadow
from ml.registry.versions import (
    get_version,
    placeholder_version,
    register,
    register_bundled,
    save_answers,
    version_by_name,
)

__all__ = [
    "GateError",
    "NoModelError",
    "Serving",
    "ShadowError",
    "active_version",
    "get_version",
    "placeholder_version",
    "predictor_of",
    "previous_version",
    "promote",
    "register",
    "register_bundled",
    "roll_back",
    "running_shadow",
    "save_answers",
    "serving",
    "start_shadow",
    "stop_shadow",
    "version_by_name",
]
