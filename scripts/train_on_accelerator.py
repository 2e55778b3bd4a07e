"""Train on a lent accelerator within a time budget: several seeds, then the best once more.

The accelerator needs this repository, JAX, Keras, h5py and tqdm, nothing else. docs/training.md
shows the whole way, up to the export on a machine with TensorFlow.

Usage:
    python -m scripts.train_on_accelerator pack datasets/fer2013-votes.npz faces.xz
    KERAS_BACKEND=jax python -m scripts.train_on_accelerator train faces.xz --out OUT --minutes 13
"""

import json
import shlex
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from common.option_parsers import OneLineParser
from ml.data.datasets import Dataset
from ml.data.packing import pack, unpack
from ml.training import run_folder
from ml.training.config import TrainingConfig

# The lab book's residual-robust. Its weight decay of 0.004 was part of the gradient, where a
# momentum of 0.9 makes it ten times that of Keras's optimizers.
RECIPE = TrainingConfig(
    architecture="residual_deep",
    epochs=300,
    batch_size=256,
    optimizer="sgd",
    learning_rate=0.1,
    schedule="cosine",
    weight_decay=0.04,
    label_smoothing=0.0,
    mixup=0.2,
    degrade=0.42,
    checkpoint_every=10,
)
CHOSEN = ("architecture", "epochs", "learning_rate", "weight_decay", "mixup", "degrade")
"""Settings that have an option; the others are those of the recipe."""
MARGIN = 1.1  # how much longer than expected a run may take
DELIVERY = 20  # seconds for writing results


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    if options.action == "pack":
        pack(Dataset.load(options.dataset), options.packed)
        return
    config = replace(RECIPE, **{name: getattr(options, name) for name in CHOSEN})
    train_seeds(
        unpack(options.packed),
        config,
        options.seeds,
        work=options.work,
        out=options.out,
        deadline=time.monotonic() + 60 * options.minutes,
    )


def parser() -> OneLineParser:
    parser = OneLineParser(description=__doc__.splitlines()[0])
    actions = parser.add_subparsers(dest="action", required=True)
    packing = actions.add_parser("pack", help="pack a prepared dataset to send it")
    packing.add_argument("dataset", type=Path)
    packing.add_argument("packed", type=Path)
    training = actions.add_parser("train", help="train, where the accelerator is")
    add = training.add_argument
    add("packed", type=Path)
    add("--out", type=Path, required=True, help="folder for what has to be brought back")
    add("--work", type=Path, default=Path("runs"), help="folder of the runs; default: runs")
    add("--minutes", type=float, required=True, help="time budget, compilation included")
    add("--seeds", type=int, nargs="+", default=[1, 2, 3], help="default: 1 2 3")
    for name in CHOSEN:
        default = getattr(RECIPE, name)
        add(option(name), type=type(default), default=default, help=f"default: {default}")
    return parser


def train_seeds(
    dataset: Dataset,
    config: TrainingConfig,
    seeds: Sequence[int],
    *,
    work: Path,
    out: Path,
    deadline: float,
) -> None:
    """Train seeds while there is time for another one and a refit, then refit the best.

    The first seed is always trained. What was trained before is resumed.

    Args:
        work: the folder of the runs.
        out: the folder that the best run and its refit are delivered to.
        deadline: in seconds of `time.monotonic`.
    """
    import jax  # noqa: PLC0415 - only where the accelerator is

    from ml.training import fitting  # noqa: PLC0415
    from ml.training.acceleration import epoch_compiler  # noqa: PLC0415

    # The seeds share one program.
    jax.config.update("jax_compilation_cache_dir", str(work / "compilation-cache"))
    training = len(dataset.split("train"))
    growth = len(dataset.split("train", "validation")) / training

    def train(name: str, config: TrainingConfig, refit: str | None = None) -> float:
        started, folder = time.monotonic(), work / name
        resume = (folder / run_folder.SETTINGS).exists()
        fitting.train(
            dataset,
            config,
            folder,
            resume=resume,
            refit=refit,
            compile_epochs=epoch_compiler(),
            log=log,
        )
        return time.monotonic() - started

    def log(line: str) -> None:
        print(line, flush=True)

    def lasts(seconds: float) -> bool:
        return time.monotonic() + MARGIN * seconds + DELIVERY < deadline

    longest, names = 0.0, list[str]()
    for seed in seeds:
        if names and not lasts(longest * (1 + growth)):
            break
        names.append(f"{config.architecture}-seed-{seed}")
        longest = max(longest, train(names[-1], replace(config, seed=seed)))
        log(f"{names[-1]}: {validation_accuracy(work / names[-1]):.2%} in {longest:.0f} s")
        best = max(names, key=lambda name: validation_accuracy(work / name))
        shutil.rmtree(out, ignore_errors=True)
        deliver(work / best, out, run_folder.BEST)
    chosen = replace(config, seed=seeds[names.index(best)])
    log(f"Best: {best}. To export it, with its refit, where TensorFlow is:")
    log(command(best, *given_options(chosen), "--resume"))
    refit = f"{best}-refit"
    if not lasts(longest * growth):
        log(command(refit, "--refit", f"runs/{best}"))
        return
    log(command(refit, "--refit", f"runs/{best}", "--resume"))
    train(refit, chosen, refit=best)
    deliver(work / refit, out, run_folder.checkpoint(work / refit, config.epochs).name)


def validation_accuracy(folder: Path) -> float:
    """Return the best validation accuracy of a run."""
    state = json.loads((folder / run_folder.STATE).read_text())
    accuracy: float = state["callbacks"]["ModelCheckpoint"]["best"]
    return accuracy


def deliver(folder: Path, out: Path, checkpoint: str) -> None:
    """Copy what the export of a run needs; of its network not the optimizer, half of the bytes."""
    import keras  # noqa: PLC0415 - only where the accelerator is

    target = out / folder.name
    target.mkdir(parents=True, exist_ok=True)
    for name in (run_folder.SETTINGS, run_folder.STATE, run_folder.LOG):
        shutil.copyfile(folder / name, target / name)
    keras.models.load_model(folder / checkpoint, compile=False).save(target / checkpoint)


def command(name: str, *arguments: str) -> str:
    """Return the command that exports a run that was brought to `runs/`."""
    start = ["python", "manage.py", "train_emotion", "--data", "DATASET", "--out", f"runs/{name}"]
    return shlex.join([*start, *arguments])


def given_options(config: TrainingConfig) -> list[str]:
    """Return the options of `train_emotion` for all settings that are not its defaults."""
    values = asdict(config)
    return [
        part
        for field in fields(TrainingConfig)
        if values[field.name] != field.default
        for part in (option(field.name), str(values[field.name]))
    ]


def option(setting: str) -> str:
    return "--" + setting.replace("_", "-")


if __name__ == "__main__":
    main()
