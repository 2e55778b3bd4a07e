"""Say how well a network reads the faces of a dataset."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ml.emotions import EMOTIONS
from ml.predictor import Card, ModelFileError, Predictor, bundled_predictor, predictor_for
from ml.sources import DatasetError


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
            "--model", help="name of the shipped network or folder of a run; default: the shipped"
        )
        parser.add_argument(
            "--votes", type=Path, help="crowd votes (CSV), for a network with an output crowd"
        )
        parser.add_argument(
            "--detect-faces", action="store_true", help="the pictures are whole photos"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: Any, data: Path | None, **options: Any) -> None:
        """Evaluate and print."""
        if data is None:
            raise CommandError(
                "--data: expected a dataset, received none; EMOTION_DATASET is not set."
            )
        try:
            from ml import evaluation  # noqa: PLC0415 - scikit-learn, only here
        except ModuleNotFoundError as error:
            raise CommandError(
                "Evaluating needs scikit-learn: pip install -r requirements-train.txt"
            ) from error
        votes = options["votes"]
        if votes and not votes.is_file():
            raise CommandError(f"--votes: expected a CSV file, received {votes}.")
        evaluate = (
            evaluation.evaluate_photos if options["detect_faces"] else evaluation.evaluate_source
        )
        try:
            report = evaluate(data, predictor_named(options["model"]), split=options["split"])
        except (DatasetError, ModelFileError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(report) if options["json"] else readable(report))


def predictor_named(model: str | None) -> Predictor:
    """Return the shipped network, or that of a run.

    Raises:
        ModelFileError: when there is no such network.
    """
    shipped = bundled_predictor()
    if model in (None, shipped.card.name):
        return shipped
    folder = Path(str(model))
    if not folder.is_dir():
        raise ModelFileError(
            f"--model: expected {shipped.card.name} or the folder of a run, received {model}."
        )
    return predictor_for(folder / "emotion.tflite", Card.read(folder / "card.json"))


def readable(report: dict[str, Any]) -> str:
    """Return a report as lines of text."""
    lines = [
        f"{report['model']} on {report['images']} faces of {report['split']}",
        f"accuracy {report['accuracy']:.2%}, macro-F1 {report['macro_f1']:.3f}, "
        f"calibration error {report['ece']:.3f}",
        f"{'':>10} precision    recall        f1   support",
    ]
    for emotion in EMOTIONS:
        row = report["per_class"][emotion]
        lines.append(
            f"{emotion:>10} {row['precision']:9.2f} {row['recall']:9.2f} {row['f1']:9.2f} "
            f"{row['support']:9d}"
        )
    if faces := report["faces"]:
        lines.append(f"faces found {faces['found']}, missed {faces['missed']}")
    return "\n".join(lines)
