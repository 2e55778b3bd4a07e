"""Say how well a network reads the faces of a dataset."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ml.data.sources import DatasetError
from ml.emotions import EMOTIONS
from ml.inference.card import BUNDLED, ModelFileError
from ml.inference.predictor import Predictor
from ml.registry.lookup import VersionFiles, files_in_folder, find_files
from ml.registry.versions import get_version, increment_looks, save_answers
from ml.version_files import KERAS_NETWORK, NETWORK

if TYPE_CHECKING:
    from ml.evaluation.evaluation import Evaluation


THREADS = min(4, os.cpu_count() or 1)
"""Of the processor; more of them get in each other's way on so small a network."""


class Command(BaseCommand):
    """Evaluates the LiteRT file, which is what people get."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the dataset, the split, the network and the form of the answer."""
        parser.add_argument(
            "--data", type=Path, default=settings.EMOTION_DATASET, help="default: EMOTION_DATASET"
        )
        parser.add_argument("--split", help="default: test, else validation, else the only one")
        parser.add_argument(
            "--model",
            help="ACTIVE, name of a version, or a run's folder; default: the shipped one",
        )
        parser.add_argument(
            "--votes", type=Path, help="crowd votes (CSV), for a network with an output crowd"
        )
        parser.add_argument(
            "--detect-faces", action="store_true", help="the pictures are whole photos"
        )
        parser.add_argument("--figures", type=Path, help="folder to draw pictures into")
        parser.add_argument(
            "--remember",
            action="store_true",
            help="keep the answers with the version, so that the gate can compare others with it",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: Any, data: Path | None, **options: Any) -> None:
        """Evaluate, print and draw."""
        if data is None:
            raise CommandError(
                "--data: expected a dataset, received none; EMOTION_DATASET is not set."
            )
        try:
            from ml.evaluation import evaluation  # noqa: PLC0415 - scikit-learn, only here
            from ml.evaluation.figures.evaluation import draw_evaluation  # noqa: PLC0415 - matplotlib
            from ml.evaluation.report import report  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CommandError(
                "Evaluating needs scikit-learn and matplotlib: "
                "pip install -r requirements-train.txt"
            ) from error
        votes, figures = options["votes"], options["figures"]
        if votes and not votes.is_file():
            raise CommandError(f"--votes: expected a CSV file, received {votes}.")
        try:
            if figures:
                figures.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"--figures: expected a folder to write to ({error}).") from error
        evaluate = (
            evaluation.evaluate_photos if options["detect_faces"] else evaluation.evaluate_source
        )
        try:
            files = find_files(options["model"]) if options["model"] else files_in_folder(BUNDLED)
            predictor = Predictor(files.read(NETWORK), files.card, threads=THREADS)
            evaluated = evaluate(data, predictor, split=options["split"], votes=votes)
            # What is called validation in a prepared file was there to choose with, or to refit on.
            chosen_with = data.suffix == ".npz" and evaluated.split != "test"
            if chosen_with and files.card.facts.get("training", {}).get("refit"):
                raise DatasetError(
                    f"--split: expected test, received {evaluated.split}, which "
                    f"{files.card.name} has learned from."
                )
            metrics = report(evaluated)
            metrics["keras"] = self.difference_from_keras(evaluated, files)
            if files.registered and not chosen_with:
                increment_looks(files.registered)
            if options["remember"]:
                save_answers(get_version(files.card.name), evaluation.gate_answers(evaluated))
        except (DatasetError, ModelFileError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(metrics) if options["json"] else readable(metrics))
        if figures:
            for path in draw_evaluation(evaluated, metrics, figures):
                self.stderr.write(f"{path}")

    def difference_from_keras(
        self, evaluated: "Evaluation", files: VersionFiles
    ) -> dict[str, Any] | None:
        """Return how far LiteRT and Keras are apart, where there is that network and library."""
        if "keras_sha256" not in files.card.facts:
            return None
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's own progress is not ours
        try:
            from ml.training.parity import difference_from_keras  # noqa: PLC0415 - Keras, only here

            return difference_from_keras(evaluated, files.read(KERAS_NETWORK))
        except (ModuleNotFoundError, ModelFileError) as error:
            self.stderr.write(f"Not compared with Keras: {error}")
            return None


def readable(report: dict[str, Any]) -> str:
    """Return a report as lines of text."""
    about, shown = report["intervals"], report["shown"]
    lines = [
        f"{report['model']} on {report['images']:,} faces of {report['split']}",
        "",
        "beside the labels",
        f"  accuracy          {report['accuracy']:6.2%}{between(about['accuracy'], '.2%')}",
        f"  macro-F1          {report['macro_f1']:6.3f}{between(about['macro_f1'], '.3f')}",
        *calibrated(report),
    ]
    if report["nll"] is not None:
        lines.append(f"  log loss          {report['nll']:6.3f} nats")
    if without := report["without_twins"]:
        lines.append(
            f"  without the {report['images'] - without['images']:,} faces with a twin in train: "
            f"accuracy {without['accuracy']:.2%}, macro-F1 {without['macro_f1']:.3f}"
        )
    if votes := report["votes"]:
        lines += [
            f"beside the majority of the votes, {votes['images']:,} faces",
            f"  accuracy          {votes['accuracy']:6.2%}",
            f"  macro-F1          {votes['macro_f1']:6.3f}",
            *calibrated(votes),
        ]
    lines.append(
        f"what people see: {shown['output']}, beside the {shown['truth']}: "
        f"accuracy {shown['accuracy']:.2%}"
    )
    if shown["accuracy_answered"] is not None:
        lines.append(
            f"  answers {shown['answered']:.1%} of the faces and is right about "
            f"{shown['accuracy_answered']:.2%} of those; the others are unsure"
        )
    if faces := report["faces"]:
        lines.append(f"faces found {faces['found']:,}, missed {faces['missed']:,}")
    if keras := report["keras"]:
        lines.append(
            f"difference from Keras: at most {keras['largest_difference']:.5f}, "
            f"{keras['different_answers']} other answers on {keras['images']:,} faces"
        )
    lines += ["", f"{'':>10}  {'precision':20}{'recall':20}{'f1':8}faces"]
    for emotion in EMOTIONS:
        row = report["per_class"][emotion]
        precision, recall = (
            f"{row[name]:4.2f}{between(row['intervals'][name], '.2f')}"
            for name in ("precision", "recall")
        )
        lines.append(f"{emotion:>10}  {precision:20}{recall:20}{row['f1']:4.2f}{row['support']:9,}")
    lines += ["", "labels (rows) and answers (columns)"]
    lines.append(f"{'':>10}" + "".join(f"{emotion:>9}" for emotion in EMOTIONS))
    for emotion, counts in zip(EMOTIONS, report["confusion_matrix"], strict=True):
        lines.append(f"{emotion:>10}" + "".join(f"{count:9,}" for count in counts))
    lines += ["", *(f"{emotion}: {words}" for emotion, words in report["words"].items())]
    return "\n".join(lines)


def calibrated(facts: dict[str, Any]) -> list[str]:
    """Return a line on the calibration error, none where no face was found."""
    if facts["ece"] is None:
        return []
    band = between(facts["ece_band"], ".3f")
    return [f"  calibration error {facts['ece']:6.3f}{band} if perfectly calibrated"]


def between(interval: list[float] | None, form: str) -> str:
    """Return an interval, nothing where there is none."""
    return f" ({interval[0]:{form}} to {interval[1]:{form}})" if interval else ""
