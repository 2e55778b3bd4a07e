/** Cutting faces out, turned upright, as `crop_face` of `common/imaging/images.py` does. */

import { Pixels, roundEven } from "./pixels.js";
import { resize } from "./scaling.js";

/**
 * Cuts out the square around a face and scales it.
 *
 * @param box of the face, in pixels; it may reach over the edge, where the outermost are repeated
 * @param side of the result, in pixels
 * @param margin on each side, as a share of the longer side of the box
 * @param roll by how many degrees the head leans clockwise; the result is turned back
 */
export function cropFace(pixels, box, side, margin = 0, roll = 0) {
  const length = Math.max(1, roundEven(Math.max(box.width, box.height) * (1 + 2 * margin)));
  if (roll) return turnUpright(square(pixels, box, roundEven(length * Math.SQRT2)), side, roll);
  return resize(square(pixels, box, length), side, side);
}

function square(pixels, box, length) {
  const left = roundEven(box.x + (box.width - length) / 2);
  const top = roundEven(box.y + (box.height - length) / 2);
  const { width, height, channels } = pixels;
  if (left >= 0 && top >= 0 && left + length <= width && top + length <= height) {
    return pixels.cut(left, top, length, length);
  }
  const part = new Pixels(length, length, channels);
  for (let y = 0, to = 0; y < length; y++) {
    const row = Math.min(Math.max(top + y, 0), height - 1) * width;
    for (let x = 0; x < length; x++) {
      const from = (row + Math.min(Math.max(left + x, 0), width - 1)) * channels;
      for (let channel = 0; channel < channels; channel++, to++) {
        part.data[to] = pixels.data[from + channel];
      }
    }
  }
  return part;
}

/** Turns a square against the clock and returns its middle; twice as fine until then. */
function turnUpright(around, side, roll) {
  const fine = 2 * side;
  const size = roundEven(fine * Math.SQRT2);
  const turned = turn(resize(around, size, size), fine, (roll * Math.PI) / 180);
  return resize(turned, side, side);
}

/**
 * Returns the middle of a square turned against the clock, black beyond its edge. As OpenCV does,
 * it counts places in 1024ths and interpolates by 32nds of a pixel.
 */
function turn({ width: size, channels, data }, side, angle) {
  const turned = new Pixels(side, side, channels);
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const middle = (size - 1) / 2;
  const half = (side - 1) / 2;
  const startX = middle - cosine * half + sine * half;
  const startY = middle - sine * half - cosine * half;
  const value = (x, y, channel) =>
    x < 0 || y < 0 || x >= size || y >= size ? 0 : data[(y * size + x) * channels + channel];
  for (let y = 0, to = 0; y < side; y++) {
    const rowX = roundEven((startX - sine * y) * 1024) + 16;
    const rowY = roundEven((startY + cosine * y) * 1024) + 16;
    for (let x = 0; x < side; x++) {
      const fromX = (rowX + roundEven(cosine * x * 1024)) >> 5;
      const fromY = (rowY + roundEven(sine * x * 1024)) >> 5;
      const [left, top] = [fromX >> 5, fromY >> 5];
      const [across, down] = [fromX & 31, fromY & 31];
      for (let channel = 0; channel < channels; channel++, to++) {
        const above =
          value(left, top, channel) * (32 - across) + value(left + 1, top, channel) * across;
        const below =
          value(left, top + 1, channel) * (32 - across) +
          value(left + 1, top + 1, channel) * across;
        turned.data[to] = (above * (32 - down) + below * down + 512) >> 10;
      }
    }
  }
  return turned;
}
