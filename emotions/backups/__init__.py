"""The whole site in one file, and a site out of such a file."""

from emotions.backups.contents import BackupError
from emotions.backups.restoring import Restored, restore
from emotions.backups.writing import Written, write

__all__ = ["BackupError", "Restored", "Written", "restore", "write"]
