"""The folder of photos and networks on this machine."""

from pathlib import Path

from django.core.files.storage import FileSystemStorage

from common.files import atomic_write
from emotions.pictures.encryption import EncryptedPicturesMixin


class LocalStorage(EncryptedPicturesMixin, FileSystemStorage):
    """Files in a folder, of which pictures are encrypted where there is a key."""

    def overwrite(self, name: str, content: bytes) -> None:
        with atomic_write(Path(self.path(name)), mode=0o600) as temporary:
            temporary.write_bytes(content)
