/** Pictures with more light, and without their grain, as OpenCV makes them. */

import { Pixels } from "./pixels.js";

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
export function blurred(pixels, sigma) {
  const radius = Math.round(3 * sigma);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, place) =>
    Math.exp(-((place - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight);
  const weights = kernel.map((weight) => weight / sum);
  const { width, height, channels } = pixels;
  const across = new Float32Array(pixels.data.length);
  const down = new Pixels(width, height, channels);
  convolve(pixels.data, across, { weights, radius, channels, length: width, lines: height });
  for (let x = 0; x < width * channels; x++) {
    for (let y = 0; y < height; y++) {
      let value = 0;
      for (let place = -radius; place <= radius; place++) {
        value += weights[place + radius] * across[mirrored(y + place, height) * width * channels + x];
      }
      down.data[y * width * channels + x] = value;
    }
  }
  return down;
}

function convolve(data, result, { weights, radius, channels, length, lines }) {
  for (let line = 0; line < lines; line++) {
    const start = line * length * channels;
    for (let x = 0; x < length; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let value = 0;
        for (let place = -radius; place <= radius; place++) {
          const from = start + mirrored(x + place, length) * channels + channel;
          value += weights[place + radius] * data[from];
        }
        result[start + x * channels + channel] = value;
      }
    }
  }
}

/** Returns where a line is mirrored at its first and last pixel, which are not repeated. */
function mirrored(place, length) {
  if (length === 1) return 0;
  let within = place;
  while (within < 0 || within >= length) {
    within = within < 0 ? -within : 2 * (length - 1) - within;
  }
  return within;
}
