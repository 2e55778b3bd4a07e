/** Pictures with more light, and without their grain, as OpenCV makes them. */

import { Pixels, roundEven } from "./pixels.js";

/** Returns a picture in which every brightness is about as frequent. */
export function equalised({ width, height, data }) {
  const luma = new Uint8ClampedArray(width * height);
  const counts = new Uint32Array(256);
  for (let from = 0, to = 0; to < luma.length; from += 3, to++) {
    luma[to] = (data[from] * 4899 + data[from + 1] * 9617 + data[from + 2] * 1868 + 8192) >> 14;
    counts[luma[to]]++;
  }
  const brighter = brightnesses(counts, luma.length);
  const equal = new Pixels(width, height, 3);
  for (let from = 0, place = 0; place < luma.length; from += 3, place++) {
    const red = clamped((((data[from] - luma[place]) * 11682 + 8192) >> 14) + 128) - 128;
    const blue = clamped((((data[from + 2] - luma[place]) * 9241 + 8192) >> 14) + 128) - 128;
    const value = brighter[luma[place]];
    equal.data[from] = value + ((red * 22987 + 8192) >> 14);
    equal.data[from + 1] = value + ((blue * -5636 + red * -11698 + 8192) >> 14);
    equal.data[from + 2] = value + ((blue * 29049 + 8192) >> 14);
  }
  return equal;
}

const clamped = (value) => Math.min(Math.max(value, 0), 255);

/** Returns the new brightness of each old one, from how often each occurs. */
function brightnesses(counts, total) {
  const darkest = counts.findIndex((count) => count > 0);
  if (counts[darkest] === total) return new Uint8ClampedArray(256).fill(darkest);
  const scale = Math.fround(255 / (total - counts[darkest]));
  const values = new Uint8ClampedArray(256);
  let sum = 0;
  for (let value = darkest + 1; value < 256; value++) {
    sum += counts[value];
    values[value] = Math.fround(sum * scale);
  }
  return values;
}

/** Returns a picture blurred by a Gaussian of a deviation of `sigma` pixels. */
export function blurred({ width, height, channels, data }, sigma) {
  const weights = weightsOf(sigma);
  const line = width * channels;
  const across = new Uint16Array(data.length); // in 256ths
  for (let start = 0; start < data.length; start += line) {
    for (let x = 0; x < width; x++) {
      const sources = weights.map((_, place) => start + channels * mirrored(x + place, width, weights));
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let place = 0; place < weights.length; place++) {
          sum += weights[place] * data[sources[place] + channel];
        }
        across[start + x * channels + channel] = sum;
      }
    }
  }
  const result = new Pixels(width, height, channels);
  for (let y = 0; y < height; y++) {
    const sources = weights.map((_, place) => line * mirrored(y + place, height, weights));
    for (let x = 0; x < line; x++) {
      let sum = 32768;
      for (let place = 0; place < weights.length; place++) {
        sum += weights[place] * across[sources[place] + x];
      }
      result.data[y * line + x] = sum >> 16;
    }
  }
  return result;
}

/** Returns a Gaussian in 256ths, whose rounding errors are passed on, as OpenCV rounds it. */
function weightsOf(sigma) {
  const radius = Math.round(3 * sigma);
  const exact = Array.from({ length: 2 * radius + 1 }, (_, place) =>
    Math.exp(-((place - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = exact.reduce((sum, weight) => sum + weight);
  const side = [];
  let error = 0;
  for (const weight of exact.slice(0, radius)) {
    const wanted = (256 * weight) / total + error;
    side.push(roundEven(wanted));
    error = wanted - side.at(-1);
  }
  const middle = 256 - 2 * side.reduce((sum, weight) => sum + weight, 0);
  return [...side, middle, ...[...side].reverse()];
}

/** Returns where the mirror image of a line around it has its pixel; the edge is not repeated. */
function mirrored(place, length, weights) {
  if (length === 1) return 0;
  let within = place - (weights.length - 1) / 2;
  while (within < 0 || within >= length) {
    within = within < 0 ? -within : 2 * (length - 1) - within;
  }
  return within;
}
