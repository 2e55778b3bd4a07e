"""The bucket of photos and networks."""

from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from emotions.pictures.encryption import EncryptedPicturesMixin


class BucketStorage(EncryptedPicturesMixin, S3Storage):
    """Objects in a bucket, of which pictures are encrypted where there is a key."""

    def overwrite(self, name: str, content: bytes) -> None:
        S3Storage._save(self, name, ContentFile(content))
