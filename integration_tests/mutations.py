"""Break the code on purpose, in a checkout of HEAD, and check that tests notice.

Usage: python -m integration_tests.mutations [WORD]

Tries the mutations whose file or description contains WORD, each with the tests of its subject.
Fails if one survives.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from integration_tests.checkouts import checkout

FAILED = 1  # the exit status of pytest when tests ran and some failed


@dataclass(frozen=True)
class Mutation:
    """One change of one file.

    Attributes:
        breaks: the property that no longer holds.
        before: code that the file contains once.
        after: what it is replaced with.
        tests: a folder, file or test that has to notice; of the first two the quick tests.
    """

    breaks: str
    file: str
    before: str
    after: str
    tests: str


MUTATIONS = (
    Mutation(
        "an emotion may lose five points of recall",
        *("ml/metrics/gate.py", "MAX_RECALL_DROP = 0.05", "MAX_RECALL_DROP = 0.0"),
        "tests/ml/metrics/test_gate.py",
    ),
    Mutation(
        "a reminder chosen in its very minute waits for the next day",
        *(
            "emotions/reminders/scheduling.py",
            "due_at <= reminder.since",
            "due_at < reminder.since",
        ),
        "tests/emotions/reminders/test_scheduling.py",
    ),
    Mutation(
        "a resumed run draws as an uninterrupted one",
        *("ml/training/callbacks.py", '== "seed_generator_state"', '== "no such variable"'),
        "tests/ml/training/test_fitting.py",
    ),
    Mutation(
        "a resumed run goes on with the batches of its epoch",
        *("ml/training/batches.py", "= batch_size, seed, first_epoch", "= batch_size, seed, 0"),
        "tests/ml/training/test_batches.py",
    ),
    Mutation(
        "an epoch that was logged before its state was written comes once",
        *("ml/training/run_folder.py", "rows[: epochs + 1]", "rows"),
        "tests/ml/training/test_fitting.py",
    ),
    Mutation(
        "a refit learns from the validation split too",
        *("ml/training/fitting.py", 'split("train", "validation")', 'split("train")'),
        "tests/ml/management/test_refits.py",
    ),
    Mutation(
        "a smaller file may cost 0.2 points of accuracy",
        *("ml/training/export.py", "MAX_ACCURACY_LOSS = 0.002", "MAX_ACCURACY_LOSS = 0.003"),
        "tests/ml/training/test_export.py",
    ),
    Mutation(
        "a network averages over a face and its mirror image",
        *("ml/training/deployment.py", "flip(faces, axis=2)", "flip(faces, axis=1)"),
        "tests/ml/training/test_deployment.py",
    ),
    Mutation(
        "a network file is the one on its card",
        *("ml/registry/lookup.py", "received != checksums[name]", "not received"),
        "tests/ml/management/test_train_emotion.py",
    ),
    Mutation(
        "a training is cancelled after its epoch",
        *("ml/training_queue.py", "run.epoch > cancelled_in", "run.epoch >= cancelled_in"),
        "tests/ml/test_training_queue.py",
    ),
    Mutation(
        "looks of a version at test faces are counted",
        "ml/management/commands/evaluate_emotion.py",
        *("if files.registered and not used_for_selection", "if files.registered"),
        "tests/ml/management/test_evaluate_emotion.py",
    ),
    Mutation(
        "a version that learned from corrections is compared on held-out ones",
        "ml/management/commands/train_emotion.py",
        *("self.evaluate_active(test_set)", "pass"),
        "tests/emotions/test_loop.py::"
        "test_corrections_make_the_network_better_for_faces_like_theirs_and_it_can_go_back",
    ),
    Mutation(
        "only one version answers",
        "ml/registry/promotion.py",
        *("ModelVersion.objects.filter(pk=expected.pk).update(active=False)", "pass"),
        "tests/ml/registry/test_promotion.py",
    ),
    Mutation(
        "figures are shown of at least ten people",
        *("emotions/model_quality/k_anonymity.py", "MIN_PEOPLE = 10", "MIN_PEOPLE = 9"),
        "tests/emotions/model_quality",
    ),
    Mutation(
        "a capture stays in the trash for 30 days",
        *("emotions/captures/purging.py", "timedelta(days=30)", "timedelta(days=29)"),
        "tests/emotions/captures",
    ),
)


def survives(mutation: Mutation, root: Path) -> bool:
    """Try a mutation in a checkout, print the test that notices it, and undo it."""
    file = root / mutation.file
    original = file.read_text()
    if original.count(mutation.before) != 1:
        sys.exit(f"{mutation.file}: expected once: {mutation.before}")
    file.write_text(original.replace(mutation.before, mutation.after))
    chosen = [] if "::" in mutation.tests else ["-m", "not slow"]
    command = ["-m", "pytest", "-x", "-q", "-n", "0", *chosen, mutation.tests]
    try:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=root,
            env={**os.environ, "DEBUG": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(original)
    noticed = re.search(r"^FAILED \S+?::(\w+)", done.stdout, re.MULTILINE)
    if done.returncode not in {0, FAILED} or (done.returncode and not noticed):
        sys.exit(f"{mutation.tests} did not run:\n{done.stdout}\n{done.stderr}")
    print(f"{mutation.breaks}: {noticed[1] if noticed else 'SURVIVED'}", flush=True)
    return noticed is None


def main() -> None:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    tried = [mutation for mutation in MUTATIONS if word in f"{mutation.file} {mutation.breaks}"]
    with checkout("HEAD") as root:
        survivors = [mutation for mutation in tried if survives(mutation, root)]
    print(f"{len(tried)} mutations, {len(survivors)} survived.")
    sys.exit(1 if survivors or not tried else 0)


if __name__ == "__main__":
    main()
