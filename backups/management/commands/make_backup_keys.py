"""Print new keys, with which backups are encrypted and signed; nothing is stored."""

from base64 import urlsafe_b64encode
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backups.sealing import public_key_of
from common.commands import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        identity = pyrage.x25519.Identity.generate()
        private = urlsafe_b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
        self.stdout.write(
            "# Settings of the site\n"
            f"BACKUP_RECIPIENTS={identity.to_public()}\n"
            f"BACKUP_SIGNING_KEY={private}\n"
            "# To restore: the first in a file that is kept away from the site\n"
            f"{identity}\n"
            f"# --signed-by={public_key_of(private)}"
        )
