/**
 * What a detector found: `score` from 0 to 1, `side` of the square from the eyebrows to the chin,
 * `middle`, `rightEye` and `leftEye` (of the person) as [x, y], all in pixels.
 *
 * Affine maps are `[a, b, x, c, d, y]`, the rows of a 2 × 3 matrix.
 */

export const scaling = (scale, x = 0, y = 0) => [scale, 0, x, 0, scale, y];

/** Returns the face where an affine map without shear takes it. */
export function mapped(face, [a, b, left, c, d, top]) {
  const point = ([x, y]) => [a * x + b * y + left, c * x + d * y + top];
  return {
    score: face.score,
    side: face.side * Math.hypot(a, c),
    middle: point(face.middle),
    rightEye: point(face.rightEye),
    leftEye: point(face.leftEye),
  };
}

/** Returns how far the head is turned clockwise in the picture, in degrees, -180 to 180. */
export function rollOf({ rightEye, leftEye }) {
  return (Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]) * 180) / Math.PI;
}

/** Returns the area of the intersection of two faces as a share of the smaller square. */
export function overlap(one, other) {
  const reach = (one.side + other.side) / 2;
  const [width, height] = [0, 1].map((axis) =>
    Math.min(reach - Math.abs(one.middle[axis] - other.middle[axis]), one.side, other.side),
  );
  const smaller = Math.min(one.side, other.side);
  return (Math.max(0, width) * Math.max(0, height)) / smaller ** 2;
}

export const surest = (faces) => faces.reduce((best, face) => Math.max(best, face.score), 0);
