"""Release a trained version with an output that is chosen for people's photos."""

import getpass
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from common.commands import BaseCommand
from common.text_options import text_up_to
from ml.data.errors import DatasetError
from ml.data.preparation import open_dataset
from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.inference.face_detection import fallback_notice
from ml.models import MAX_NAME_LENGTH
from ml.registry.lookup import files_in_folder, find_files
from ml.registry.transfer import read_run_folder
from ml.registry.versions import register


class Command(BaseCommand):
    """The weights stay; the new output `shown` pools those that were trained."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--photos",
            type=Path,
            required=True,
            help="archive or folder of photos by emotion, with file names that tell people apart",
        )
        parser.add_argument(
            "--data",
            type=Path,
            default=settings.EMOTION_DATASET,
            help="the dataset the version was trained on; default: EMOTION_DATASET",
        )
        parser.add_argument(
            "--model",
            help="ACTIVE, the name of a version, or a run folder; default: the bundled version",
        )
        parser.add_argument(
            "--name",
            type=text_up_to(MAX_NAME_LENGTH),
            required=True,
            help="name of the new version",
        )
        parser.add_argument("--out", type=Path, help="folder to write to; default: runs/NAME")
        parser.add_argument(
            "--bundle",
            action="store_true",
            help="write the result to ml/bundled/, which ships with the code",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="print what the model card says about photos as JSON",
        )

    def handle(self, *_: Any, photos: Path, data: Path | None, **options: Any) -> None:
        if data is None:
            raise CommandError(
                "--data: expected a dataset, received none; EMOTION_DATASET is not set."
            )
        # Silences TensorFlow's own log messages.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        try:
            from ml.training.export import ExportError  # noqa: PLC0415 - heavy
            from ml.training.photo_release import release_for_photos  # noqa: PLC0415
            from ml.training.release import bundle  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CommandError(
                "Releasing needs TensorFlow: pip install -r requirements-train.txt"
            ) from error
        if notice := fallback_notice():
            self.stderr.write(notice)
        folder = options["out"] or Path("runs") / options["name"]
        try:
            files = find_files(options["model"]) if options["model"] else files_in_folder(BUNDLED)
            card = release_for_photos(
                files.card,
                files.read,
                photos,
                open_dataset(data),
                folder,
                name=options["name"],
                command=shlex.join(["python", "manage.py", *sys.argv[1:]]),
                evaluation_command=shlex.join(
                    ["python", "manage.py", "evaluate_emotion", "--data", str(data), "--json"]
                    + ([] if options["bundle"] else ["--model", str(folder)])
                ),
            )
        except (DatasetError, ModelFileError, ExportError) as error:
            raise CommandError(str(error)) from error
        if options["bundle"]:
            bundle(folder, BUNDLED)
        else:
            self.register(folder)
        self.stdout.write(
            json.dumps(card.facts["photos"]) if options["json"] else format_photos(card)
        )

    def register(self, folder: Path) -> None:
        """Register the version if the registry is reachable."""
        try:
            version = register(read_run_folder(folder), made_by=getpass.getuser())
        except DatabaseError as error:
            self.stderr.write(
                f"Not registered, the database cannot be used ({error}). Where it can: "
                f"import_model {folder}"
            )
        else:
            self.stderr.write(
                f"Registered: {version.name}. To let it answer: promote_model {version.name}"
            )


def format_photos(card: Card) -> str:
    """Return what the card says about people's photos as lines to read."""
    photos = card.facts["photos"]
    pooling, sets, right = photos["pooling"], photos["sets"], photos["right_answers"]
    lines = [
        f"{card.name} on {photos['images']:,} photos of {photos['people']:,} people, "
        f"{photos['faces']['missed']} faces not found ({photos['detector']})",
        f"chosen on all: weight of crowd {pooling['crowd_weight']:.2f}, share of the prior taken "
        f"back {pooling['prior_share']:.2f}, temperature {pooling['temperature']:.2f}",
        f"measured on people held out, {photos['folds']} folds (95 % intervals):",
        f"  accuracy          {format_share(photos['accuracy'])}",
        f"  recall, mean of {len(photos['recall']['emotions'])} {format_share(photos['recall'])}",
        f"  calibration error {photos['ece']:.3f} (perfect: {photos['ece_band'][0]:.3f} to "
        f"{photos['ece_band'][1]:.3f})",
        f"  answered          {photos['answered']:.1%}, right about {format_share(right)}",
        f"  answerable nine in ten  {photos['answerable']:.1%}",
        f"  sets hold the truth     {format_share(sets)}",
    ]
    lines += [
        f"  {emotion:>10}  found {format_share(row['recall'])}, "
        f"right {format_share(row['precision'])}, {row['recall']['images']} photos"
        for emotion, row in photos["per_class"].items()
    ]
    return "\n".join(lines)


def format_share(measured: dict[str, Any]) -> str:
    """Return a share with its interval in per cent."""
    if measured["share"] is None:
        return "–"
    low, high = measured["interval"]
    return f"{measured['share']:.1%} ({low:.1%} to {high:.1%})"
