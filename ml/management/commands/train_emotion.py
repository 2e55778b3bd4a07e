"""Train a network on a dataset and write it, calibrated, exported and evaluated."""

import getpass
import os
import shlex
import sys
from argparse import SUPPRESS, ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ml.data.datasets import Dataset, join
from ml.data.preparation import open_dataset
from ml.data.sources import DatasetError
from ml.inference.card import BUNDLED, ModelFileError
from ml.registry.active import NoModelError, active_version, predictor_of
from ml.registry.lookup import find_files
from ml.registry.transfer import read_run_folder
from ml.registry.versions import register, save_answers
from ml.version_files import KERAS_NETWORK, NETWORK

FINE_TUNING: dict[str, Any] = {"learning_rate": 1e-4, "epochs": 10}
"""So that a network learns something new without forgetting what it knows."""
WITHOUT_TENSORFLOW = "Training needs TensorFlow: pip install -r requirements-train.txt"


class Command(BaseCommand):
    """Trains; everything heavy is imported only once it runs."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the dataset, the run's folder and the settings of `ml.training.fitting.Settings`."""
        add = parser.add_argument
        add(
            "--data",
            type=Path,
            action="append",
            help="file of prepare_dataset or export_corrections, archive, folder or fer2013.csv; "
            "several are joined; default: EMOTION_DATASET",
        )
        add("--out", type=Path, help="folder of the run; default: a new one in runs/")
        add("--resume", action="store_true", help="go on with the run in --out")
        add("--start-from", help="fine-tune this version: ACTIVE, its name, or a run's folder")
        add(
            "--refit",
            type=Path,
            metavar="RUN",
            help="fit the settings of this finished run on train and validation together",
        )
        add("--name", default="", help="name of the version; default: the folder's")
        add("--shown", help="output that people see; default: crowd where there are votes")
        add("--bundle", action="store_true", help="ship the result in ml/bundled/")
        training = parser.add_argument_group("settings")
        add = partial(training.add_argument, default=SUPPRESS)
        add("--architecture", help="sequential or residual")
        add("--epochs", type=whole(1), help="at most; default: 60")
        add("--batch-size", type=whole(1), help="faces a step; default: 64")
        add("--optimizer", choices=["adam", "sgd"], help="default: adam")
        add("--learning-rate", type=real(1e-7, 10), help="default: 0.001")
        add(
            "--schedule",
            choices=["plateau", "cosine"],
            help="plateau: slower, and at last over, when validation stops improving; cosine: "
            "warm-up, then slower down to nothing; default: plateau",
        )
        add("--patience", type=whole(1), help="epochs, of plateau; default: 4")
        add("--weight-decay", type=real(0, 1), help="share of a step; default: 0")
        add(
            "--label-smoothing",
            type=real(0, 0.9),
            help="share of each label that is spread; default: 0.1",
        )
        add("--mixup", type=real(0, 10), help="alpha, such as 0.2; default: 0, none")
        add(
            "--class-weight-cap",
            type=real(1, 100),
            help="the most that a face of a rare emotion counts; default: 1, as any other",
        )
        add(
            "--personal-weight",
            type=real(0.1, 100),
            help="how much a person's own photo counts beside another face; default: 5",
        )
        add("--seed", type=whole(0), help="default: 1")

    def handle(self, *_: Any, data: list[Path] | None, out: Path | None, **options: Any) -> None:
        """Train, release and report."""
        if django_settings.EMOTION_DATASET and not data:
            data = [django_settings.EMOTION_DATASET]
        if not data:
            raise CommandError(
                "--data: expected a dataset, received none; EMOTION_DATASET is not set."
            )
        if options["resume"] and out is None:
            raise CommandError("--resume: expected --out FOLDER with the run to go on with.")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's own progress is not ours
        try:
            import keras  # noqa: PLC0415 - heavy, only here

            from ml.training import fitting, refit, run_folder  # noqa: PLC0415
            from ml.training.architectures import ARCHITECTURES, trained_network  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CommandError(WITHOUT_TENSORFLOW) from error
        names = {field.name for field in fields(fitting.Settings)}
        given = {name: value for name, value in options.items() if name in names}
        if options["refit"] and (given or options["start_from"]):
            raise CommandError("--refit: takes every setting from its run, none can be given.")
        usual = FINE_TUNING if options["start_from"] else {}
        settings, recipe = fitting.Settings(**usual | given), None
        kind = f"{options['refit'].name}-refit" if options["refit"] else settings.architecture
        folder = out or Path("runs") / f"{kind}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        again = f"the same command with --out {folder} --resume goes on."
        try:
            start_from = None
            if options["start_from"]:
                files = find_files(options["start_from"])
                start_from = trained_network(files.read(KERAS_NETWORK))
                settings = replace(settings, architecture=start_from.name)
            known("--architecture", settings.architecture, ARCHITECTURES)
            datasets = opened(data)
            dataset = join(datasets)
            if options["refit"]:
                recipe = refit.recipe(options["refit"], dataset)
                settings = recipe.settings
            outputs = fitting.outputs(dataset, start_from)
            shown = options["shown"] or ("crowd" if "crowd" in outputs else "folder")
            known("--shown", shown, outputs)
            trained = fitting.train(
                dataset,
                settings,
                folder,
                resume=options["resume"],
                start_from=start_from,
                refit=recipe.name if recipe else None,
                log=self.tell,
            )
        except KeyboardInterrupt as error:
            raise CommandError(f"Interrupted; {again}") from error
        except (DatasetError, ModelFileError, run_folder.RunError) as error:
            raise CommandError(str(error)) from error
        if keras.backend.backend() != "tensorflow":
            self.stdout.write(f"Trained. To export, with KERAS_BACKEND=tensorflow {again}")
            return
        main = next(
            (path for path, one in zip(data, datasets, strict=True) if not one.has_contributions),
            data[0],
        )
        self.release(
            folder,
            bundle=options["bundle"],
            trained=trained,
            dataset=dataset,
            settings=settings,
            name=options["name"] or folder.name,
            shown=shown,
            evaluation_command=evaluation_command(main, None if options["bundle"] else folder),
            refit=recipe,
            test_sets=datasets,
        )

    def release(self, folder: Path, *, bundle: bool, **made: Any) -> None:
        """Write the version of a run, ship or register it, and say what it reaches."""
        from ml.training import release  # noqa: PLC0415 - TensorFlow itself, only here

        card = release.release(folder=folder, command=command_line(), **made)
        self.stdout.write(f"{card.name}: {folder / NETWORK}")
        if bundle:
            release.bundle(folder, BUNDLED)
        else:
            self.register(folder, made["test_sets"])
        if evaluation := card.facts.get("evaluation"):
            self.stdout.write(
                f"Test split: accuracy {evaluation['accuracy']:.2%}, "
                f"macro-F1 {evaluation['macro_f1']:.3f} on {evaluation['images']} faces"
            )
        if held_out := card.facts.get("corrections"):
            self.stdout.write(
                f"Held-out corrections: accuracy {held_out['accuracy']:.2%}, "
                f"macro-F1 {held_out['macro_f1']:.3f} on {held_out['images']} faces of "
                f"{held_out['people']} people"
            )

    def register(self, folder: Path, datasets: Iterable[Dataset]) -> None:
        """Enter the run into the registry, if there is one at hand.

        The active version answers held-out corrections too, so that the gate can compare.
        """
        try:
            version = register(read_run_folder(folder), made_by=getpass.getuser())
            for dataset in datasets:
                if dataset.has_contributions and len(dataset.split("test")):
                    self.ask_active(dataset)
        except DatabaseError as error:
            self.stdout.write(
                f"Not registered, the database cannot be used ({error}). Where it can: "
                f"import_model {folder}"
            )
        else:
            self.stdout.write(
                f"Registered: {version.name}. To let it answer: promote_model {version.name}"
            )

    def ask_active(self, dataset: Dataset) -> None:
        """Keep with the active version what it answers about the test split of a dataset."""
        from ml.evaluation.evaluation import evaluate, gate_answers  # noqa: PLC0415

        try:
            active = active_version()
            answers = gate_answers(evaluate(dataset, "test", predictor_of(active)))
        except (NoModelError, ModelFileError) as error:
            self.stdout.write(f"The active version cannot be compared: {error}")
        else:
            save_answers(active, answers)

    def tell(self, line: str) -> None:
        """Write a line at once, wherever it goes."""
        self.stdout.write(line)
        self.stdout.flush()


def opened(paths: Sequence[Path]) -> list[Dataset]:
    """Return the datasets to join.

    Raises:
        DatasetError: when one is no dataset, or more than one is of people's own photos.
    """
    datasets = [open_dataset(path) for path in paths]
    if sum(dataset.has_contributions for dataset in datasets) > 1:
        raise DatasetError(
            "--data: expected one file of export_corrections at most: in two of them the same "
            "person could stand on two sides."
        )
    return datasets


def known(option: str, value: str, values: Iterable[str]) -> None:
    """Let a value pass that is among those known.

    Raises:
        CommandError: for another one.
    """
    if value not in (names := list(values)):
        raise CommandError(f"{option}: expected one of {', '.join(names)}, received {value}.")


def command_line() -> str:
    """Return the command that trains this network in one go."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    return shlex.join(["python", "manage.py", *arguments])


def evaluation_command(data: Path, model: Path | None) -> str:
    """Return the command that evaluates a run, or the shipped network."""
    arguments = ["evaluate_emotion", "--data", str(data), "--json"]
    if model:
        arguments += ["--model", str(model)]
    return shlex.join(["python", "manage.py", *arguments])


def whole(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least` on."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise ArgumentTypeError(f"expected a whole number from {least} on, received {text}.")
        return number

    return read


def real(least: float, most: float) -> Callable[[str], float]:
    """Return a reader of numbers from `least` to `most`."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            raise ArgumentTypeError(
                f"expected a number from {least:g} to {most:g}, received {text}."
            )
        return number

    return read
