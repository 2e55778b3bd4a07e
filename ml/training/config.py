"""The hyperparameters of a training run."""

from dataclasses import dataclass

OPTIMIZERS = ("adam", "sgd")
SCHEDULES = ("plateau", "cosine")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Everything that a run depends on besides its dataset.

    A run's `settings.json` and a version's card store these fields by name.

    Attributes:
        architecture: a name among `ml.training.architectures.ARCHITECTURES`.
        epochs: the maximum number of epochs.
        batch_size: faces in a step.
        optimizer: `adam`, or `sgd` with Nesterov momentum 0.9.
        learning_rate: the peak learning rate.
        schedule: `plateau` reduces the learning rate, and finally stops, when the validation loss
            stops improving; `cosine` warms up and then decays to zero in the last epoch
            (Loshchilov and Hutter 2017).
        patience: epochs without a better validation loss before `plateau` reduces the learning
            rate; three times as many stop the run.
        weight_decay: by how much each step shrinks the weights, relative to the learning rate.
        label_smoothing: share of each folder label that is spread over all seven emotions.
        mixup: alpha of the beta distribution that faces are mixed by (Zhang et al. 2018); 0 turns
            mixing off.
        degrade: probability that a face is degraded in training as phones degrade it: blurred,
            noisy, compressed, badly lit, tilted.
        average: momentum, a step, of the moving average of the weights (Polyak and Juditsky 1992)
            that is validated, saved and released instead of the weights themselves; 0 turns
            averaging off.
        class_weight_cap: the largest weight of a face with a rare emotion; 1 weights all alike.
        personal_weight: weight of a contributed face relative to other faces, both in training
            and in validation.
        checkpoint_every: epochs between checkpoints; only these epochs can be selected.
        seed: decides initial weights, order and augmentation.
    """

    architecture: str = "sequential"
    epochs: int = 60
    batch_size: int = 64
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "plateau"
    patience: int = 4
    weight_decay: float = 0.0
    label_smoothing: float = 0.1
    mixup: float = 0.0
    degrade: float = 0.0
    average: float = 0.0
    class_weight_cap: float = 1.0
    personal_weight: float = 5.0
    checkpoint_every: int = 1
    seed: int = 1
