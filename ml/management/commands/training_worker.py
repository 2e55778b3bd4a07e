"""Run the trainings requested in the administration, on a machine with TensorFlow."""

import signal
import socket
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import close_old_connections

from common.commands import BaseCommand
from common.text_options import text_up_to
from ml import training_queue
from ml.models import MAX_NAME_LENGTH
from ml.training.failures import TENSORFLOW_MISSING

POLL_INTERVAL = 5.0  # seconds


class Command(BaseCommand):
    """Sends heartbeats and runs one training after the other until it is stopped."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data",
            type=Path,
            default=settings.EMOTION_DATASET,
            help="the dataset to train on; default: EMOTION_DATASET",
        )
        parser.add_argument(
            "--name",
            type=text_up_to(MAX_NAME_LENGTH),
            default=socket.gethostname(),
            help="name of this worker; default: the host name",
        )
        parser.add_argument("--once", action="store_true", help="exit once the queue is empty")

    def handle(self, *_: Any, data: Path | None, name: str, once: bool, **__: Any) -> None:
        if find_spec("tensorflow") is None:
            raise CommandError(TENSORFLOW_MISSING)
        if data is None or not data.exists():
            raise CommandError(
                f"--data: expected a dataset, received {data or 'none'}; see prepare_dataset."
            )
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            while True:
                close_old_connections()
                training_queue.record_heartbeat(name)
                if run := training_queue.claim_training(name):
                    self.stdout.write(f"{run.folder}: begun.")
                    training_queue.run_training(run, data=data)
                    self.stdout.write(f"{run.folder}: {run.get_state_display()}.")
                elif once:
                    return
                else:
                    time.sleep(POLL_INTERVAL)
        except KeyboardInterrupt as error:
            raise CommandError("Stopped; the next worker resumes what was begun.") from error
