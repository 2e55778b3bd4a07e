"""List the registered versions of the network and mark the active one."""

import json
from argparse import ArgumentParser
from typing import Any

from common.commands import BaseCommand
from ml.models import ModelVersion


class Command(BaseCommand):
    """Prints a line for each version, the latest last."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON array")

    def handle(self, *_: Any, **options: Any) -> None:
        rows = [describe(version) for version in ModelVersion.objects.order_by("pk")]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            accuracy = "" if row["accuracy"] is None else f"{row['accuracy']:.1%}"
            f1 = "" if row["macro_f1"] is None else f"{row['macro_f1']:.3f}"
            self.stdout.write(
                f"{'*' if row['active'] else ' '} {row['name']:24} {accuracy:>6} {f1:>6} "
                f"{row['megabytes']:5.1f} MB  {row['created']}  {row['made_by']}"
                f"{format_contributions(row)}"
            )


def format_contributions(row: dict[str, Any]) -> str:
    """Return what is said of contributed training faces at the end of a version's line."""
    if not (contributions := row["personal"]):
        return ""
    return (
        f"  learned from {contributions['faces']} faces of {contributions['people']} people "
        f"({contributions['share']:.1%})"
    )


def describe(version: ModelVersion) -> dict[str, Any]:
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
