"""Evaluate a network on a dataset of faces."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from common.commands import BaseCommand
from ml.data.errors import DatasetError
from ml.data.spellings import LABELS_HELP, parse_labels
from ml.emotions import EMOTIONS
from ml.evaluation.photo_report import MIN_SUPPORT
from ml.inference.card import BUNDLED, ModelFileError
from ml.inference.face_detection import fallback_notice
from ml.inference.predictor import Predictor
from ml.registry.lookup import VersionFiles, files_in_folder, find_files
from ml.registry.versions import get_version, increment_looks, save_answers
from ml.training.refit import knows_validation
from ml.version_files import KERAS_NETWORK, NETWORK

if TYPE_CHECKING:
    from ml.evaluation.evaluation import Evaluation


THREADS = min(4, os.cpu_count() or 1)
"""More threads only slow down so small a network."""


class Command(BaseCommand):
    """Evaluates the LiteRT file, which is what runs in production."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=settings.EMOTION_DATASET, help="default: EMOTION_DATASET"
        )
        parser.add_argument("--labels", action="append", default=[], help=LABELS_HELP)
        parser.add_argument("--split", help="default: test, else validation, else the only one")
        parser.add_argument(
            "--model",
            help="ACTIVE, the name of a version, or a run folder; default: the bundled version",
        )
        parser.add_argument(
            "--votes", type=Path, help="crowd votes (CSV), for networks with a crowd output"
        )
        parser.add_argument(
            "--detect-faces",
            action="store_true",
            help="the pictures are whole photos: find the faces first",
        )
        parser.add_argument(
            "--all-splits",
            action="store_true",
            help="print one table with a row per split of the photos, such as the views that "
            "benchmarks.degradations writes",
        )
        parser.add_argument("--figures", type=Path, help="folder to write charts to")
        parser.add_argument(
            "--remember",
            action="store_true",
            help="store the answers with the version, so that the gate can compare others with it",
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
        check(options)
        evaluate = (
            evaluation.evaluate_photos if options["detect_faces"] else evaluation.evaluate_source
        )
        if options["detect_faces"] and (notice := fallback_notice()):
            self.stderr.write(notice)
        try:
            files = find_files(options["model"]) if options["model"] else files_in_folder(BUNDLED)
            predictor = Predictor(files.read(NETWORK), files.card, threads=THREADS)
            labels = parse_labels(options["labels"])
            if options["all_splits"]:
                every = evaluation.evaluate_photos_of_every_split(
                    data, predictor, votes=votes, labels=labels
                )
                reports = []
                for evaluated in every:
                    self.report_left_out(evaluated)
                    reports.append(report(evaluated))
                if files.registered:
                    increment_looks(files.registered)
                self.stdout.write(json.dumps(reports) if options["json"] else format_table(reports))
                return
            evaluated = evaluate(
                data, predictor, split=options["split"], votes=votes, labels=labels
            )
            self.report_left_out(evaluated)
            # The validation split of a prepared file was used for model selection or a refit.
            used_for_selection = data.suffix == ".npz" and evaluated.split != "test"
            if used_for_selection and knows_validation(files.card):
                raise DatasetError(
                    f"--split: expected test, received {evaluated.split}, which "
                    f"{files.card.name} has learned from."
                )
            metrics = report(evaluated)
            metrics["left_out"] = dict(evaluated.left_out)
            metrics["keras"] = self.difference_from_keras(evaluated, files)
            if files.registered and not used_for_selection:
                increment_looks(files.registered)
            if options["remember"]:
                save_answers(get_version(files.card.name), evaluation.gate_answers(evaluated))
        except (DatasetError, ModelFileError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(metrics) if options["json"] else format_report(metrics))
        if figures:
            for path in draw_evaluation(evaluated, metrics, figures):
                self.stderr.write(f"{path}")

    def report_left_out(self, evaluated: "Evaluation") -> None:
        """Say what the figures do not tell of, and whose votes they tell of."""
        for line in evaluated.left_out.lines():
            self.stderr.write(line)
        if evaluated.joined:
            self.stderr.write(f"Votes inside: {evaluated.joined}")

    def difference_from_keras(
        self, evaluated: "Evaluation", files: VersionFiles
    ) -> dict[str, Any] | None:
        """Compare LiteRT and Keras if the version has a Keras network and Keras is installed."""
        if "keras_sha256" not in files.card.facts:
            return None
        # Silences TensorFlow's own log messages.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        try:
            from ml.training.parity import difference_from_keras  # noqa: PLC0415 - Keras, only here

            return difference_from_keras(evaluated, files.read(KERAS_NETWORK))
        except (ModuleNotFoundError, ModelFileError) as error:
            self.stderr.write(f"Not compared with Keras: {error}")
            return None


def check(options: Mapping[str, Any]) -> None:
    """Refuse options that contradict each other or cannot be used, and make the folder of figures.

    Raises:
        CommandError: saying which and why.
    """
    votes, figures = options["votes"], options["figures"]
    if options["all_splits"]:
        if not options["detect_faces"]:
            raise CommandError("--all-splits: expected whole photos, with --detect-faces.")
        if options["split"] or figures or options["remember"]:
            raise CommandError(
                "--all-splits: expected no --split, --figures or --remember beside it."
            )
    if votes and not votes.is_file():
        raise CommandError(f"--votes: expected a CSV file, received {votes}.")
    try:
        if figures:
            figures.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"--figures: expected a folder to write to ({error}).") from error


def format_report(report: dict[str, Any]) -> str:
    shown = report["shown"]
    accuracy_interval = format_interval(report["intervals"]["accuracy"], ".2%")
    f1_interval = format_interval(report["intervals"]["macro_f1"], ".3f")
    lines = [
        f"{report['model']} on {report['images']:,} faces of {report['split']}",
        "",
        "beside the labels",
        f"  accuracy          {report['accuracy']:6.2%}{accuracy_interval}",
        f"  macro-F1          {report['macro_f1']:6.3f}{f1_interval}",
        *format_calibration(report),
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
            *format_calibration(votes),
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
    if (sets := shown["sets"])["images"]:
        lines.append(
            f"  for the others it names {sets['mean_size']:.1f} emotions, which hold the truth "
            f"{sets['coverage']:.1%}{format_interval(sets['interval'], '.1%')} of the time"
        )
    if shown["chosen_on_these"]:
        lines.append(
            "  chosen on these very photos: the card has what was measured on people held out"
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
            f"{row[name]:4.2f}{format_interval(row['intervals'][name], '.2f')}"
            for name in ("precision", "recall")
        )
        lines.append(f"{emotion:>10}  {precision:20}{recall:20}{row['f1']:4.2f}{row['support']:9,}")
    lines += ["", "labels (rows) and answers (columns)"]
    lines.append(f"{'':>10}" + "".join(f"{emotion:>9}" for emotion in EMOTIONS))
    for emotion, counts in zip(EMOTIONS, report["confusion_matrix"], strict=True):
        lines.append(f"{emotion:>10}" + "".join(f"{count:9,}" for count in counts))
    lines += ["", *(f"{emotion}: {words}" for emotion, words in report["words"].items())]
    return "\n".join(lines)


def format_table(reports: list[dict[str, Any]]) -> str:
    """Return a row for each split: how well what people see holds on its photos."""
    lines = [
        f"{reports[0]['model']}, what people see: {reports[0]['shown']['output']}",
        "",
        f"{'':>12}{'photos':>8}{'missed':>8}{'right':>8}{'macro-F1':>10}{'recall':>8}"
        f"{'answered':>10}{'of those right':>16}",
    ]
    for metrics in reports:
        shown = metrics["shown"]
        recalls = [
            row["recall"] for row in shown["per_class"].values() if row["support"] >= MIN_SUPPORT
        ]
        recall = f"{mean(recalls):.2f}" if recalls else "–"
        right = shown["accuracy_answered"]
        lines.append(
            f"{metrics['split']:>12}{shown['images']:8,}{metrics['faces']['missed']:8,}"
            f"{shown['accuracy']:8.1%}{shown['macro_f1']:10.3f}{recall:>8}"
            f"{shown['answered']:10.1%}{'–' if right is None else f'{right:.1%}':>16}"
        )
    return "\n".join(
        [*lines, "", f"recall: mean of the emotions with {MIN_SUPPORT} photos or more"]
    )


def format_calibration(metrics: dict[str, Any]) -> list[str]:
    """Return a line on the calibration error, or none if no face was found."""
    if metrics["ece"] is None:
        return []
    band = format_interval(metrics["ece_band"], ".3f")
    return [f"  calibration error {metrics['ece']:6.3f}{band} if perfectly calibrated"]


def format_interval(interval: list[float] | None, spec: str) -> str:
    return f" ({interval[0]:{spec}} to {interval[1]:{spec}})" if interval else ""
