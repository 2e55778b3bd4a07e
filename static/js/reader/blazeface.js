/** Face detection with BlazeFace, as `ml/inference/blazeface.py` does it, from the same file. */

import { mapped, scaling } from "./faces.js";
import { withInputSize } from "./input_size.js";
import { Pixels, roundEven } from "./pixels.js";
import { resize } from "./scaling.js";

export const SIDE = 128; // of the square that the network learned from, in pixels
const STRIDE = 16; // sides of what it sees are multiples of this
const ANCHORS_BY_STRIDE = [
  [8, 2],
  [16, 6],
]; // width of the cells of a grid, anchors in each cell
const MIN_OVERLAP = 0.3; // intersection over union, above which two boxes are the same face
const VALUES = 16; // of an anchor: x and y of the middle, width and height, then of six points
const KEPT_SIZES = 4; // the camera that a picture comes from is likely to give more of its size

/** What the network takes for each value of a colour, from -1 to 1. */
const SIGNED = Float32Array.from({ length: 256 }, (_, value) => value / 127.5 - 1);

export class BlazeFace {
  #runtime;
  #file;
  #networks = new Map();
  #anchors = new Map();

  constructor(runtime, file) {
    this.#runtime = runtime;
    this.#file = file;
  }

  /** Returns the faces in a picture, scaled to the network's square, from an eighth of it on. */
  async detect(pixels) {
    const scale = SIDE / pixels.side;
    const width = Math.max(1, roundEven(pixels.width * scale));
    const height = Math.max(1, roundEven(pixels.height * scale));
    const left = Math.floor((SIDE - width) / 2);
    const top = Math.floor((SIDE - height) / 2);
    const square = new Pixels(SIDE, SIDE, 3).paste(resize(pixels, width, height), left, top);
    const toPicture = scaling(1 / scale, -left / scale, -top / scale);
    return (await this.detectUnscaled(square)).map((face) => mapped(face, toPicture));
  }

  /** Returns the faces of about 16 to 100 pixels in a picture of any size. */
  async detectUnscaled(pixels) {
    const width = Math.ceil(pixels.width / STRIDE) * STRIDE;
    const height = Math.ceil(pixels.height / STRIDE) * STRIDE;
    const isWhole = width === pixels.width && height === pixels.height;
    const padded = isWhole ? pixels : new Pixels(width, height, 3).paste(pixels, 0, 0);
    const network = await this.#network(width, height);
    const signed = new Float32Array(padded.data.length);
    for (let place = 0; place < signed.length; place++) signed[place] = SIGNED[padded.data[place]];
    const { regressors, classificators } = await network.run(signed, [1, height, width, 3]);
    const anchors = this.#anchorsOf(width, height);
    const candidates = [];
    classificators.forEach((logit, place) => {
      if (logit >= 0) candidates.push(candidate(logit, regressors, place, anchors));
    });
    return merge(candidates);
  }

  async #network(width, height) {
    const key = `${width}x${height}`;
    const known = this.#networks.get(key);
    if (known) {
      this.#networks.delete(key);
      this.#networks.set(key, known); // the latest last
      return known;
    }
    const file = withInputSize(this.#file, width, height, anchorCount(width, height));
    const network = await this.#runtime.open(file);
    const square = `${SIDE}x${SIDE}`;
    if (this.#networks.size >= KEPT_SIZES) {
      const oldest = [...this.#networks.keys()].find((size) => size !== square);
      this.#networks.get(oldest).delete();
      this.#networks.delete(oldest);
    }
    this.#networks.set(key, network);
    return network;
  }

  #anchorsOf(width, height) {
    const key = `${width}x${height}`;
    if (!this.#anchors.has(key)) this.#anchors.set(key, anchorsOf(width, height));
    return this.#anchors.get(key);
  }
}

const anchorCount = (width, height) =>
  ANCHORS_BY_STRIDE.reduce(
    (sum, [stride, count]) => sum + (width / stride) * (height / stride) * count,
    0,
  );

/** Returns x and y of each anchor, in pixels, in the order of the outputs. */
function anchorsOf(width, height) {
  const anchors = new Float32Array(2 * anchorCount(width, height));
  let place = 0;
  for (const [stride, count] of ANCHORS_BY_STRIDE) {
    for (let y = stride / 2; y < height; y += stride) {
      for (let x = stride / 2; x < width; x += stride) {
        for (let copy = 0; copy < count; copy++) {
          anchors[place++] = x;
          anchors[place++] = y;
        }
      }
    }
  }
  return anchors;
}

/** Returns the score of an anchor, and its points: middle, size, and six of the face. */
function candidate(logit, values, place, anchors) {
  const points = Float32Array.from(values.subarray(place * VALUES, (place + 1) * VALUES));
  for (let value = 0; value < VALUES; value++) {
    if (value !== 2 && value !== 3) points[value] += anchors[2 * place + (value % 2)];
  }
  return { score: Math.fround(1 / (1 + Math.exp(-logit))), points };
}

/** Weighted non-maximum suppression: a face is the mean of the boxes that overlap its best. */
function merge(candidates) {
  const faces = [];
  let rest = [...candidates].sort((one, other) => other.score - one.score);
  while (rest.length) {
    const [best] = rest;
    const isSame = (other) => other === best || union(best.points, other.points) > MIN_OVERLAP;
    const same = rest.filter(isSame);
    rest = rest.filter((other) => !isSame(other));
    const weight = same.reduce((sum, { score }) => sum + score, 0);
    const mean = Array.from({ length: VALUES }, (_, value) =>
      same.reduce((sum, { score, points }) => sum + points[value] * score, 0) / weight,
    );
    faces.push({
      score: best.score,
      side: Math.max(mean[2], mean[3]),
      middle: [mean[0], mean[1]],
      rightEye: [mean[4], mean[5]],
      leftEye: [mean[6], mean[7]],
    });
  }
  return faces;
}

/** Returns intersection over union of two boxes. */
function union(one, other) {
  const common = [0, 1].map((axis) => {
    const low = Math.max(one[axis] - one[axis + 2] / 2, other[axis] - other[axis + 2] / 2);
    const high = Math.min(one[axis] + one[axis + 2] / 2, other[axis] + other[axis + 2] / 2);
    return Math.max(high - low, 0);
  });
  const area = common[0] * common[1];
  const all = one[2] * one[3] + other[2] * other[3] - area;
  return area / Math.max(all, Number.MIN_VALUE);
}
