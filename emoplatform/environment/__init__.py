"""Settings from environment variables; what is missing or wrong fails at startup."""

from emoplatform.environment.environment import CollectingEnvironment, Environment
from emoplatform.environment.errors import SettingError, SettingErrors

__all__ = ["CollectingEnvironment", "Environment", "SettingError", "SettingErrors"]
