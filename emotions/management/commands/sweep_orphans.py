"""Delete what belongs to nobody any more; run it daily.

That is: stored files that neither a capture nor a version of the network refers to, which a crash
between writing a file and committing its record leaves; sessions that have run out, and devices and
counters of theirs; places of work whose process died; accounts whose address nobody has confirmed
within a week. It also measures pictures that earlier
releases stored without their size.
"""

from typing import Any

from accounts import leftovers
from accounts.services import delete_never_verified
from common.commands import BaseCommand
from emotions.pictures import storage
from emotions.quotas import leases
from emotions.quotas.measuring import measure_pictures
from ml.registry import artefacts


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        removed = storage.sweep_orphans() + artefacts.sweep()
        devices, places = leftovers.remove_expired(), leases.remove_lapsed()
        unverified = delete_never_verified()
        measured = measure_pictures()
        if devices or places:
            self.stdout.write(f"{devices} ended devices and {places} lapsed places removed.")
        if unverified:
            self.stdout.write(f"{unverified} accounts that nobody verified removed.")
        self.stdout.write(f"{removed} orphaned files removed.")
        if measured:
            self.stdout.write(f"Pictures of {measured} captures measured.")
