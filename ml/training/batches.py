"""Batches of faces with the targets and sample weights of each output."""

from collections.abc import Collection
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ml.data.crowd_votes import vote_shares
from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS


class Batches(keras.utils.PyDataset):
    """Batches of faces, shuffled anew each epoch.

    A batch depends only on the seed, the epoch and its index, so that a resumed run sees the same
    batches as an uninterrupted one.
    """

    def __init__(
        self,
        faces: Dataset,
        output_names: Collection[str],
        *,
        batch_size: int,
        seed: int,
        mixup: float = 0.0,
        class_weight_cap: float = 1.0,
        personal_weight: float = 1.0,
        first_epoch: int = 0,
    ) -> None:
        """Batch the faces of one split.

        Args:
            output_names: the network's outputs.
            mixup: alpha of the beta distribution that two faces and their targets are mixed by
                (Zhang et al. 2018); 0 turns mixing off.
            class_weight_cap: the largest weight of a face with a rare emotion; 1 weights all alike.
            personal_weight: weight of a contributed face relative to other faces.
        """
        super().__init__()
        self.images = faces.images
        self.targets, self.weights = targets_and_weights(
            faces, output_names, personal_weight=personal_weight
        )
        if class_weight_cap > 1:
            counts = np.bincount(faces.labels, minlength=len(EMOTIONS))
            balanced = len(faces) / (len(EMOTIONS) * np.maximum(counts, 1))
            class_weights = np.clip(balanced, 1, class_weight_cap).astype(np.float32)
            self.weights["folder"] = self.weights["folder"] * class_weights[faces.labels]
        self.batch_size, self.seed, self.epoch = batch_size, seed, first_epoch
        self.mixup = mixup
        self.shuffle()

    def shuffle(self) -> None:
        """Draw the order of this epoch."""
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.images))

    def on_epoch_end(self) -> None:
        """Move on to the next epoch."""
        self.epoch += 1
        self.shuffle()

    def rows(self, index: int) -> NDArray[np.int64]:
        """Return which faces a batch has."""
        return self.order[index * self.batch_size : (index + 1) * self.batch_size]

    def shares(self, index: int) -> NDArray[np.float32]:
        """Return the share that each face of a batch keeps when it is mixed with the next one."""
        count = len(self.rows(index))
        if not self.mixup:
            return np.ones(count, np.float32)
        random = np.random.default_rng([self.seed, self.epoch, index])
        return random.beta(self.mixup, self.mixup, count).astype(np.float32)

    def __len__(self) -> int:
        return max(1, len(self.images) // self.batch_size)

    def __getitem__(
        self, index: int
    ) -> tuple[NDArray[Any], dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        rows = self.rows(index)
        faces: NDArray[Any] = self.images[rows, ..., None]
        targets = {name: target[rows] for name, target in self.targets.items()}
        weights = {name: weight[rows] for name, weight in self.weights.items()}
        if self.mixup:
            share = self.shares(index)
            faces = mix_with_next(faces.astype(np.float32), share)
            targets = {name: mix_with_next(target, share) for name, target in targets.items()}
            weights = {name: mix_with_next(weight, share) for name, weight in weights.items()}
        return faces, targets, weights


def mix_with_next(values: NDArray[Any], share: NDArray[np.float32]) -> NDArray[Any]:
    """Mix each row with the next one, keeping `share` of its own values."""
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(share * values + (1 - share) * np.roll(values, 1, axis=0))


def targets_and_weights(
    faces: Dataset, output_names: Collection[str], *, personal_weight: float = 1.0
) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
    """Return the targets (n × 7) and the sample weights (n) of some outputs.

    Targets are one-hot for `folder` and shares of votes for `crowd`; a face without usable votes
    has weight 0 there.

    Args:
        personal_weight: weight of a contributed face relative to other faces.
    """
    targets = {"folder": np.eye(len(EMOTIONS), dtype=np.float32)[faces.labels]}
    no_votes = np.zeros((len(faces), len(EMOTIONS)), np.float32)
    targets["crowd"] = no_votes if faces.votes is None else vote_shares(faces.votes)
    targets = {name: targets[name] for name in output_names}
    weights = np.where(faces.is_contribution(), personal_weight, 1).astype(np.float32)
    return targets, {name: target.sum(axis=1).round() * weights for name, target in targets.items()}
