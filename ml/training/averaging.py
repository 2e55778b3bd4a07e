"""Statistics of batch normalisation for weights that are averages, and so never saw a batch."""

from collections.abc import Iterable, Iterator

import keras

from ml.training.batches import Batches

BATCHES = 100


def reestimate_batch_norm(network: keras.Model, batches: Batches) -> None:
    """Take the means and variances of batch normalisation anew, from augmented training faces.

    Source: Izmailov et al. 2018, Averaging Weights Leads to Wider Optima.
    """
    norms = list(batch_norms(network.layers))
    momenta = [norm.momentum for norm in norms]
    for index in range(min(BATCHES, len(batches))):
        for norm in norms:
            norm.momentum = index / (index + 1)  # Makes the moving average a plain mean.
        network(batches[index][0], training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def batch_norms(layers: Iterable[keras.layers.Layer]) -> Iterator[keras.layers.BatchNormalization]:
    """Yield the layers of batch normalisation, those of nested networks included."""
    for layer in layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            yield layer
        elif isinstance(layer, keras.Model):
            yield from batch_norms(layer.layers)
