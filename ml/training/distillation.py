"""Learning from other networks, which see each face before it is degraded (Hinton et al. 2015)."""

from collections.abc import Collection, Sequence
from typing import Any

import keras
from keras import layers, ops

from ml.training.architectures import INPUT_SHAPE, build
from ml.training.augmentation import Augmentation

TEACHERS_SHARE = 0.8
"""Share of the loss that is the distance from the teachers' answers; the rest is from targets."""


@keras.saving.register_keras_serializable("emoplatform")
class Teachers(layers.Layer):
    """Passes a network's outputs on, and adds how far they are from its teachers' mean answers."""

    def __init__(self, networks: Sequence[keras.Model], **kwargs: Any) -> None:
        """Take the networks as they are; they learn nothing."""
        super().__init__(dtype="float32", **kwargs)
        self.networks = list(networks)
        self.trainable = False

    def call(
        self,
        outputs: dict[str, keras.KerasTensor],
        faces: keras.KerasTensor,
        training: bool = False,
    ) -> dict[str, keras.KerasTensor]:
        """Add the cross-entropy between both, averaged over the faces.

        Args:
            outputs: of the network that learns.
            faces: what the teachers see of the same faces.
        """
        if training:
            answers = [network(faces, training=False) for network in self.networks]
            for name, output in outputs.items():
                mean = sum(answer[name] for answer in answers) / len(answers)
                loss = keras.losses.categorical_crossentropy(ops.stop_gradient(mean), output)
                self.add_loss(TEACHERS_SHARE * ops.mean(loss))
        return dict(outputs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that the layer is made with."""
        networks = [keras.saving.serialize_keras_object(network) for network in self.networks]
        return {"name": self.name, "networks": networks}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Teachers":
        """Make the layer, with networks whose weights are loaded afterwards."""
        networks = map(keras.saving.deserialize_keras_object, config.pop("networks"))
        return cls(list(networks), **config)


def taught(
    student: keras.Model, teachers: Collection[keras.Model], augmentation: Augmentation
) -> keras.Model:
    """Return a network around a student, to fit it with.

    A checkpoint of it has the teachers inside, so that a run can be resumed without them.

    Args:
        teachers: networks with the student's outputs.
        augmentation: returns clear faces as well, which the teachers see.
    """
    rebuilt = []
    for number, teacher in enumerate(teachers, start=1):  # In the precision of this run.
        copy = build(teacher.name, teacher.output_names)
        copy.set_weights(teacher.get_weights())
        copy.name = f"teacher_{number}"
        rebuilt.append(copy)
    faces = layers.Input(INPUT_SHAPE)
    clear, changed = augmentation(faces)
    outputs = Teachers(rebuilt, name="teachers")(student(changed), clear)
    # Keras names outputs after the layers that they come from.
    named = {name: layers.Identity(name=name, dtype="float32")(outputs[name]) for name in outputs}
    return keras.Model(faces, named)


def student_of(network: keras.Model) -> keras.Model:
    """Return the student inside a network that `taught` made."""
    return next(layer for layer in network.layers if isinstance(layer, keras.Model))
