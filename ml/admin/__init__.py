"""Model versions and trainings in the admin."""

from ml.admin import training_runs, versions

__all__ = ["training_runs", "versions"]
