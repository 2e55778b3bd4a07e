"""Promote a version to serve all answers from now on, or roll back to the previous one."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from common.commands import BaseCommand
from common.text_options import text_up_to
from ml import registry
from ml.inference.card import ModelFileError
from ml.models import MAX_PERSON_LENGTH, Promotion


class Command(BaseCommand):
    """Promotes a version that passes the gate; running web processes switch at once."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", nargs="?", help="name of a registered version")
        parser.add_argument(
            "--rollback", action="store_true", help="return to the version that was active before"
        )
        parser.add_argument(
            "--force", metavar="REASON", help="promote although the gate refuses, and record why"
        )
        parser.add_argument("--reason", default="", help="why, recorded in the history")
        parser.add_argument(
            "--by",
            type=text_up_to(MAX_PERSON_LENGTH),
            help="who promotes; default: your user name on this machine",
        )

    def handle(self, *_: Any, version: str | None, rollback: bool, **options: Any) -> None:
        if bool(version) == rollback:
            raise CommandError("Expected the name of a version, or --rollback, and not both.")
        by = options["by"] or getpass.getuser()
        try:
            if rollback:
                promotion = registry.roll_back(by=by, reason=options["reason"])
            else:
                promotion = registry.promote(
                    registry.get_version(str(version)),
                    by=by,
                    reason=options["force"] or options["reason"],
                    force=options["force"] is not None,
                )
        except registry.GateError as refused:
            raise CommandError(
                f"The gate refuses {version}: {refused} --force REASON promotes it all the same."
            ) from refused
        except (ModelFileError, registry.NoModelError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(format_promotion(promotion))


def format_promotion(promotion: Promotion) -> str:
    """Return what a promotion changed and how the gate judged it, as lines of text."""
    before = promotion.previous.name if promotion.previous else "nothing"
    lines = [f"{promotion.version.name} answers now; before: {before}."]
    for comparison in (promotion.verdict or {}).get("comparisons", []):
        new, old = comparison["macro_f1"]
        low, high = comparison["macro_f1_gain"]
        lines.append(
            f"{comparison['test_set']}, {comparison['output']}: macro-F1 {new:.3f} after {old:.3f} "
            f"({100 * low:+.1f} to {100 * high:+.1f} points) on {comparison['images']} faces: "
            f"{comparison['outcome']}"
        )
    lines += [
        f"Against the gate: {objection}"
        for objection in (promotion.verdict or {}).get("objections", [])
    ]
    return "\n".join(lines)
