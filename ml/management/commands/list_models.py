"""List the registered versions of the network, the active one marked."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ml.models import ModelVersion


class Command(BaseCommand):
    """Prints a line a version, the latest last."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form of the answer."""
        parser.add_argument("--json", action="store_true", help="print one JSON array")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print."""
        rows = [facts(version) for version in ModelVersion.objects.order_by("pk")]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            accuracy = "" if row["accuracy"] is None else f"{row['accuracy']:.1%}"
            f1 = "" if row["macro_f1"] is None else f"{row['macro_f1']:.3f}"
            self.stdout.write(
                f"{'*' if row['active'] else ' '} {row['name']:24} {accuracy:>6} {f1:>6} "
                f"{row['megabytes']:5.1f} MB  {row['created']}  {row['made_by']}{lent(row)}"
            )


def lent(row: dict[str, Any]) -> str:
    """Return what a version learned from people's corrections, as words at the end of its line."""
    if not (personal := row["personal"]):
        return ""
    return (
        f"  learned from {personal['faces']} faces of {personal['people']} people "
        f"({personal['share']:.1%})"
    )


def facts(version: ModelVersion) -> dict[str, Any]:
    """Return what the list tells about a version."""
    evaluation = version.card.get("evaluation", {})
    return {
        "name": version.name,
        "active": version.active,
        "bundled": version.bundled,
        "sha256": version.sha256,
        "accuracy": evaluation.get("accuracy"),
        "macro_f1": evaluation.get("macro_f1"),
        "megabytes": version.card.get("bytes", 0) / 2**20,
        "looks": version.looks,
        "personal": version.card.get("dataset", {}).get("personal"),
        "made_by": version.made_by,
        "created": f"{version.created_at:%Y-%m-%d}",
    }
