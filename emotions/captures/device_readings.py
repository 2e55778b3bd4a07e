"""What a person's own device read in a picture that it did not send."""

from dataclasses import dataclass

from common.imaging.geometry import Box
from ml.models import ModelVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFace:
    """A face as a person's own device read it.

    Attributes:
        box: in pixels of the upright picture.
        probabilities: seven that sum to 1, in the order of `ml.emotions.EMOTIONS`.
        roll: by how many degrees the head leans clockwise; None if the device does not say.
    """

    box: Box
    probabilities: tuple[float, ...]
    roll: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReading:
    """What a person's own device read in a picture that it did not send.

    Attributes:
        version: the version whose network it used, which may have been followed by another.
        size: width and height of the picture in pixels.
        own_face: index of the owner's among the faces; the largest where None.
    """

    version: ModelVersion
    size: tuple[int, int]
    faces: tuple[DeviceFace, ...]
    own_face: int | None = None

    def digest_values(self) -> list[object]:
        """Return what tells it from another reading, in a form that never changes."""
        faces = [
            (face.box.x, face.box.y, face.box.width, face.box.height, face.probabilities, face.roll)
            for face in self.faces
        ]
        return ["reading", self.version.sha256, self.size, faces, self.own_face]
