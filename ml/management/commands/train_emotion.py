"""Train a network on a dataset and write it, calibrated, exported and evaluated."""

import os
import shlex
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ml.datasets import open_dataset
from ml.predictor import BUNDLED
from ml.sources import DatasetError

WITHOUT_TENSORFLOW = "Training needs TensorFlow: pip install -r requirements-train.txt"


class Command(BaseCommand):
    """Trains; everything heavy is imported only once it runs."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the dataset, the run's folder and the settings of `ml.training.Settings`."""
        parser.add_argument(
            "--data",
            type=Path,
            default=django_settings.EMOTION_DATASET,
            help="archive, folder, or file of prepare_dataset; default: EMOTION_DATASET",
        )
        parser.add_argument(
            "--out", type=Path, help="folder of the run; default: a new one in runs/"
        )
        parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
        parser.add_argument("--bundle", action="store_true", help="ship the result in ml/bundled/")
        parser.add_argument("--name", default="", help="name of the version")
        parser.add_argument("--architecture", default="sequential")
        parser.add_argument("--epochs", type=positive, default=60)
        parser.add_argument("--batch-size", type=positive, default=64)
        parser.add_argument("--learning-rate", type=float, default=1e-3)
        parser.add_argument("--label-smoothing", type=float, default=0.1)
        parser.add_argument("--patience", type=positive, default=4)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_: Any, data: Path | None, out: Path | None, **options: Any) -> None:
        """Train, release and report."""
        if data is None:
            raise CommandError(
                "--data: expected a dataset, received none; EMOTION_DATASET is not set."
            )
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's own progress is not ours
        try:
            from ml import release, training  # noqa: PLC0415 - TensorFlow, only here
            from ml.networks import ARCHITECTURES  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CommandError(WITHOUT_TENSORFLOW) from error
        if options["architecture"] not in ARCHITECTURES:
            raise CommandError(
                f"--architecture: expected one of {', '.join(ARCHITECTURES)}, received "
                f"{options['architecture']}."
            )
        started = datetime.now(UTC)
        settings = training.Settings(
            **{field.name: options[field.name] for field in fields(training.Settings)}
        )
        folder = out or Path("runs") / f"{settings.architecture}-{started:%Y%m%d-%H%M%S}"
        evaluate = ["evaluate_emotion", "--data", str(data), "--json"]
        if not options["bundle"]:
            evaluate += ["--model", str(folder)]
        try:
            dataset = open_dataset(data)
            trained = training.train(dataset, settings, folder, resume=options["resume"])
            card = release.release(
                trained,
                dataset=dataset,
                settings=settings,
                epochs_run=training.epochs_run(folder),
                folder=folder,
                name=options["name"] or folder.name,
                command=command_line(),
                evaluation_command=shlex.join(["python", "manage.py", *evaluate]),
            )
        except KeyboardInterrupt as error:
            raise CommandError(
                f"Interrupted; the same command with --out {folder} --resume goes on."
            ) from error
        except (DatasetError, training.TrainingError) as error:
            raise CommandError(str(error)) from error
        if options["bundle"]:
            release.bundle(folder, BUNDLED)
        self.stdout.write(f"{card.name}: {folder / release.NETWORK}")
        if evaluation := card.facts.get("evaluation"):
            self.stdout.write(
                f"Test split: accuracy {evaluation['accuracy']:.2%}, "
                f"macro-F1 {evaluation['macro_f1']:.3f} on {evaluation['images']} faces"
            )


def command_line() -> str:
    """Return the command that trains this network in one go."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    return shlex.join(["python", "manage.py", *arguments])


def positive(text: str) -> int:
    """Return a whole number above zero."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number
