"""Train a network on a dataset, then calibrate, export and evaluate it."""

import getpass
import shlex
import sys
from argparse import SUPPRESS
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from common.commands import BaseCommand
from common.number_options import MAX_SEED, number_between, whole_number
from common.text_options import text_up_to
from ml.data.coverage import gaps
from ml.data.datasets import Dataset, join
from ml.data.errors import DatasetError
from ml.data.preparation import open_dataset
from ml.data.spellings import LABELS_HELP, parse_labels
from ml.emotions import Emotion
from ml.inference.card import BUNDLED, ModelFileError
from ml.models import MAX_NAME_LENGTH
from ml.registry.active import NoModelError, active_version, predictor_of
from ml.registry.lookup import find_files
from ml.registry.transfer import read_run_folder
from ml.registry.versions import register, save_answers
from ml.training.config import OPTIMIZERS, SCHEDULES, TrainingConfig
from ml.training.failures import describe_failure, import_keras
from ml.training.run_folder import SETTINGS, RunError
from ml.version_files import KERAS_NETWORK, NETWORK

if TYPE_CHECKING:
    from ml.training.finished_run import FinishedRun

FINE_TUNING: dict[str, Any] = {"learning_rate": 1e-4, "epochs": 10}
"""Defaults that let a network learn something new without forgetting what it knows."""


class Command(BaseCommand):
    """Trains; Keras and TensorFlow are imported only when the command runs."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add options for the dataset, the run's folder and each field of `TrainingConfig`."""
        add = parser.add_argument
        add(
            "--data",
            type=Path,
            action="append",
            help="file from prepare_dataset or export_corrections, archive, folder or fer2013.csv; "
            "repeat it to join several; default: EMOTION_DATASET",
        )
        add("--labels", action="append", default=[], help=LABELS_HELP)
        add("--out", type=Path, help="folder of the run; default: a new one in runs/")
        add("--resume", action="store_true", help="resume the run in --out")
        add(
            "--start-from",
            help="fine-tune this version: ACTIVE, the name of a version, or a run folder",
        )
        add(
            "--teachers",
            nargs="+",
            default=[],
            metavar="VERSION",
            help="learn from the answers of these versions as well, which see each face before "
            "it is degraded; named as for --start-from",
        )
        add(
            "--refit",
            type=Path,
            metavar="RUN",
            help="train with the settings of this finished run on train and validation together; "
            "if it was fine-tuned, --start-from names a refit of what it started from",
        )
        add(
            "--name",
            type=text_up_to(MAX_NAME_LENGTH),
            default="",
            help="name of the version; default: the name of the folder",
        )
        add(
            "--shown",
            help="the output shown to people; default: crowd if there are votes, else folder",
        )
        add(
            "--bundle",
            action="store_true",
            help="write the result to ml/bundled/, which ships with the code",
        )
        training = parser.add_argument_group("settings")
        add = partial(training.add_argument, default=SUPPRESS)
        add("--architecture", help="sequential, residual or residual_deep")
        add("--epochs", type=whole_number(1), help="maximum number of epochs; default: 60")
        add("--batch-size", type=whole_number(1), help="faces per step; default: 64")
        add("--optimizer", choices=OPTIMIZERS, help="default: adam")
        add("--learning-rate", type=number_between(1e-7, 10), help="default: 0.001")
        add(
            "--schedule",
            choices=SCHEDULES,
            help="plateau: lower the learning rate, and finally stop, when validation stops "
            "improving; cosine: warm up, then decay to zero; default: plateau",
        )
        add("--patience", type=whole_number(1), help="epochs that plateau waits; default: 4")
        add("--weight-decay", type=number_between(0, 1), help="decoupled weight decay; default: 0")
        add(
            "--label-smoothing",
            type=number_between(0, 0.9),
            help="share of each label spread over the other classes; default: 0.1",
        )
        add(
            "--mixup",
            type=number_between(0, 10),
            help="alpha of the beta distribution, such as 0.2; default: 0, off",
        )
        add(
            "--degrade",
            type=number_between(0, 1),
            metavar="SHARE",
            help="share of the training faces degraded the way phones do, such as 0.4; "
            "default: 0, off",
        )
        add(
            "--average",
            type=number_between(0, 0.99999),
            metavar="MOMENTUM",
            help="momentum of the moving average of the weights, which replaces them, such as "
            "0.999; default: 0, off",
        )
        add(
            "--class-weight-cap",
            type=number_between(1, 100),
            help="maximum weight of a face of a rare emotion; default: 1, no weighting",
        )
        add(
            "--personal-weight",
            type=number_between(0.1, 100),
            help="weight of a contributed face relative to others; default: 5",
        )
        add(
            "--checkpoint-every",
            type=whole_number(1),
            metavar="EPOCHS",
            help="epochs between checkpoints; the best is chosen among them; default: 1",
        )
        add("--seed", type=whole_number(0, MAX_SEED), help="default: 1")

    def handle(self, *_: Any, data: list[Path] | None, out: Path | None, **options: Any) -> None:
        if settings.EMOTION_DATASET and not data:
            data = [settings.EMOTION_DATASET]
        if not data:
            raise CommandError(
                "--data: expected a dataset, received none; EMOTION_DATASET is not set."
            )
        if options["resume"] and out is None:
            raise CommandError("--resume: expected --out FOLDER with the run to resume.")
        if out and out.exists() and not out.is_dir():
            raise CommandError(f"--out: expected a folder, {out} is a file.")
        names = {field.name for field in fields(TrainingConfig)}
        given = {name: value for name, value in options.items() if name in names}
        if options["refit"] and given:
            raise CommandError(
                "--refit: takes all settings from its run; expected no other settings."
            )
        config = TrainingConfig(**(FINE_TUNING if options["start_from"] else {}) | given)
        kind = f"{options['refit'].name}-refit" if options["refit"] else config.architecture
        folder = out or Path("runs") / f"{kind}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        how_to_resume = f"the same command with --out {folder} --resume goes on."
        if len(options["name"] or folder.name) > MAX_NAME_LENGTH:
            raise CommandError(
                f"--name: expected one, since that of the folder has more than {MAX_NAME_LENGTH} "
                "letters."
            )
        try:
            keras = import_keras()
            run = self.train(data, folder, config, **options)
            if keras.backend.backend() != "tensorflow":
                self.stdout.write(
                    f"Trained. To export, with KERAS_BACKEND=tensorflow {how_to_resume}"
                )
                return
            self.release(run, data=data, name=options["name"], bundle=options["bundle"])
        except CommandError:
            raise
        except (DatasetError, ModelFileError, RunError) as error:
            raise CommandError(str(error)) from error
        except (KeyboardInterrupt, Exception) as error:
            begun = (folder / SETTINGS).exists()
            then = how_to_resume if begun else "nothing was written."
            raise CommandError(f"{describe_failure(error).rstrip('.')}; {then}") from error

    def train(
        self,
        data: Sequence[Path],
        folder: Path,
        config: TrainingConfig,
        *,
        resume: bool,
        start_from: str | None,
        teachers: Sequence[str],
        refit: Path | None,
        shown: str | None,
        labels: Sequence[str],
        **_: Any,
    ) -> "FinishedRun":
        from ml.training import fitting  # noqa: PLC0415 - heavy
        from ml.training.acceleration import epoch_compiler  # noqa: PLC0415
        from ml.training.architectures import ARCHITECTURES  # noqa: PLC0415
        from ml.training.deployment import load_trained  # noqa: PLC0415
        from ml.training.finished_run import FinishedRun  # noqa: PLC0415
        from ml.training.refit import knows_validation, load_recipe  # noqa: PLC0415

        start_network = recipe = calibrated_by = None
        if start_from:
            start = find_files(start_from)
            start_network = load_trained(start.read(KERAS_NETWORK))
            calibrated_by = start.card if knows_validation(start.card) else None
            config = replace(config, architecture=start_network.name)
        check_choice("--architecture", config.architecture, ARCHITECTURES)
        datasets = open_datasets(data, parse_labels(labels), self.write_now)
        dataset = join(datasets)
        self.warn(dataset)
        if refit:
            recipe = load_recipe(
                refit, dataset, start_network and start_network.name, taught=bool(teachers)
            )
            config = recipe.config
        outputs = fitting.output_names(dataset, start_network)
        teaching = [load_trained(find_files(name).read(KERAS_NETWORK)) for name in teachers]
        for name, network in zip(teachers, teaching, strict=True):
            if set(network.output_names) != set(outputs):
                raise CommandError(
                    f"--teachers: expected the outputs {', '.join(outputs)}, {name} has "
                    f"{', '.join(network.output_names)}."
                )
        shown = shown or ("crowd" if "crowd" in outputs else "folder")
        check_choice("--shown", shown, outputs)
        network = fitting.train(
            dataset,
            config,
            folder,
            resume=resume,
            start_from=start_network,
            teachers=teaching,
            refit=recipe.name if recipe else None,
            compile_epochs=epoch_compiler(),
            log=self.write_now,
        )
        return FinishedRun(
            folder,
            network,
            config,
            dataset,
            shown=shown,
            command=command_line(),
            test_sets=datasets,
            recipe=recipe,
            calibrated_by=calibrated_by,
        )

    def release(self, run: "FinishedRun", *, data: Sequence[Path], name: str, bundle: bool) -> None:
        """Write the version of a run, bundle or register it, and report its metrics."""
        from ml.training import release  # noqa: PLC0415 - needs TensorFlow, whatever the backend

        main = next(
            (
                path
                for path, test_set in zip(data, run.test_sets, strict=True)
                if not test_set.has_contributions
            ),
            data[0],
        )
        card = release.release(
            run,
            name=name or run.folder.name,
            evaluation_command=evaluation_command(main, None if bundle else run.folder),
        )
        self.warn(run.dataset)  # Once more: an hour of epochs lies between.
        self.stdout.write(f"{card.name}: {run.folder / NETWORK}")
        if bundle:
            release.bundle(run.folder, BUNDLED)
        else:
            self.register(run.folder, run.test_sets)
        if evaluation := card.facts.get("evaluation"):
            self.stdout.write(
                f"Test split: accuracy {evaluation['accuracy']:.2%}, "
                f"macro-F1 {evaluation['macro_f1']:.3f} on {evaluation['images']} faces"
            )
        if contributions := card.facts.get("corrections"):
            self.stdout.write(
                f"Held-out corrections: accuracy {contributions['accuracy']:.2%}, "
                f"macro-F1 {contributions['macro_f1']:.3f} on {contributions['images']} faces of "
                f"{contributions['people']} people"
            )

    def register(self, folder: Path, test_sets: Iterable[Dataset]) -> None:
        """Register the run if the registry is reachable.

        The active version is evaluated on held-out contributions too, so that the gate can compare.
        """
        try:
            version = register(read_run_folder(folder), made_by=getpass.getuser())
            for test_set in test_sets:
                if test_set.has_contributions and len(test_set.split("test")):
                    self.evaluate_active(test_set)
        except DatabaseError as error:
            self.stdout.write(
                f"Not registered, the database cannot be used ({error}). Where it can: "
                f"import_model {folder}"
            )
        else:
            self.stdout.write(
                f"Registered: {version.name}. To let it answer: promote_model {version.name}"
            )

    def evaluate_active(self, dataset: Dataset) -> None:
        """Store with the active version what it predicts for the test split of a dataset."""
        from ml.evaluation.evaluation import evaluate, gate_answers  # noqa: PLC0415

        try:
            active = active_version()
            answers = gate_answers(evaluate(dataset, "test", predictor_of(active)))
        except (NoModelError, ModelFileError) as error:
            self.stdout.write(f"The active version cannot be compared: {error}")
        else:
            save_answers(active, answers)

    def warn(self, dataset: Dataset) -> None:
        """Say what cannot be learned from a dataset, or not be checked."""
        for gap in gaps(dataset):
            self.stderr.write(f"Warning: {gap}")

    def write_now(self, line: str) -> None:
        """Write a line without buffering, even to a file or a pipe."""
        self.stdout.write(line)
        self.stdout.flush()


def open_datasets(
    paths: Sequence[Path], labels: Mapping[str, Emotion], log: Callable[[str], object]
) -> list[Dataset]:
    """Open the datasets to join; see `open_dataset`.

    Raises:
        DatasetError: when one is no dataset, or more than one has contributed faces.
    """
    datasets = [open_dataset(path, labels=labels, log=log) for path in paths]
    if sum(dataset.has_contributions for dataset in datasets) > 1:
        raise DatasetError(
            "--data: expected one file of export_corrections at most: in two of them the same "
            "person could stand on two sides."
        )
    return datasets


def check_choice(option: str, value: str, choices: Iterable[str]) -> None:
    """Check the value of an option whose choices are only known once Keras is imported.

    Raises:
        CommandError: when it is none of them.
    """
    if value not in (names := list(choices)):
        raise CommandError(f"{option}: expected one of {', '.join(names)}, received {value}.")


def command_line() -> str:
    """Return the command that trains this network without interruption."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    return shlex.join(["python", "manage.py", *arguments])


def evaluation_command(data: Path, folder: Path | None) -> str:
    """Return the command that evaluates the version in a run's folder, or the bundled one."""
    arguments = ["evaluate_emotion", "--data", str(data), "--json"]
    if folder:
        arguments += ["--model", str(folder)]
    return shlex.join(["python", "manage.py", *arguments])
