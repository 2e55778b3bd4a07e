/** Scaling as OpenCV does it: by the area that each pixel covers, or between four neighbours. */

import { Pixels, roundEven } from "./pixels.js";

/** Shrinks a picture until its longest side has at most `side` pixels; never enlarges it. */
export function shrink(pixels, side) {
  const scale = side / pixels.side;
  if (scale >= 1) return pixels;
  return scaleByArea(
    pixels,
    Math.max(1, roundEven(pixels.width * scale)),
    Math.max(1, roundEven(pixels.height * scale)),
  );
}

/** Scales a picture down by area, or up between neighbours. */
export function resize(pixels, width, height) {
  if (width === pixels.width && height === pixels.height) return pixels;
  const isSmaller = width <= pixels.width && height <= pixels.height;
  return isSmaller ? scaleByArea(pixels, width, height) : interpolate(pixels, width, height);
}

/**
 * Returns which pixels of a line each pixel of a shorter line covers, and with which weights:
 * `starts[i]` to `starts[i + 1]` are the places of those of pixel `i`.
 */
function coverage(length, shorter) {
  const scale = length / shorter;
  const starts = [];
  const sources = [];
  const weights = [];
  for (let pixel = 0; pixel < shorter; pixel++) {
    starts.push(sources.length);
    const from = pixel * scale;
    const to = from + scale;
    const cell = Math.min(scale, length - from);
    const last = Math.min(Math.floor(to), length - 1);
    const first = Math.min(Math.ceil(from), last);
    if (first - from > 1e-3) {
      sources.push(first - 1);
      weights.push((first - from) / cell);
    }
    for (let source = first; source < last; source++) {
      sources.push(source);
      weights.push(1 / cell);
    }
    if (to - last > 1e-3) {
      sources.push(last);
      weights.push(Math.min(to - last, 1, cell) / cell);
    }
  }
  starts.push(sources.length);
  return { starts: Int32Array.from(starts), sources: Int32Array.from(sources), weights };
}

function scaleByArea(pixels, width, height) {
  if (pixels.width === 2 * width && pixels.height === 2 * height) return halve(pixels);
  const { channels } = pixels;
  const scaled = new Pixels(width, height, channels);
  const columns = coverage(pixels.width, width);
  const rows = coverage(pixels.height, height);
  const weights = Float32Array.from(columns.weights);
  const line = new Float32Array(width * channels);
  const sums = new Float32Array(width * channels);
  let narrowed = -1;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let place = rows.starts[y]; place < rows.starts[y + 1]; place++) {
      if (rows.sources[place] !== narrowed) {
        narrowed = rows.sources[place];
        narrow(pixels, narrowed, columns, weights, line);
      }
      const weight = Math.fround(rows.weights[place]);
      for (let i = 0; i < sums.length; i++) sums[i] += weight * line[i];
    }
    scaled.data.set(sums, y * width * channels); // rounds halves to even
  }
  return scaled;
}

/** Scales one row down by area, into `line`. */
function narrow({ data, width, channels }, row, { starts, sources }, weights, line) {
  const start = row * width * channels;
  const count = starts.length - 1;
  if (channels === 1) {
    for (let x = 0; x < count; x++) {
      let sum = 0;
      for (let place = starts[x]; place < starts[x + 1]; place++) {
        sum += data[start + sources[place]] * weights[place];
      }
      line[x] = sum;
    }
    return;
  }
  for (let x = 0, to = 0; x < count; x++, to += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let place = starts[x]; place < starts[x + 1]; place++) {
      const from = start + 3 * sources[place];
      const weight = weights[place];
      red += data[from] * weight;
      green += data[from + 1] * weight;
      blue += data[from + 2] * weight;
    }
    line[to] = red;
    line[to + 1] = green;
    line[to + 2] = blue;
  }
}

/** Scales to exactly half, where OpenCV rounds halves up. */
function halve({ width, height, channels, data }) {
  const half = new Pixels(width / 2, height / 2, channels);
  const below = width * channels;
  for (let y = 0, to = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const from = 2 * y * below + 2 * x * channels;
      for (let channel = from; channel < from + channels; channel++, to++) {
        const beside = channel + channels;
        half.data[to] =
          (data[channel] + data[beside] + data[channel + below] + data[beside + below] + 2) >> 2;
      }
    }
  }
  return half;
}

/**
 * Returns for each pixel of a new line its two neighbours in the old one, and their weights in
 * 2048ths, as OpenCV counts.
 */
function neighbours(length, newLength) {
  const scale = length / newLength;
  return Array.from({ length: newLength }, (_, pixel) => {
    const position = Math.min(Math.max((pixel + 0.5) * scale - 0.5, 0), length - 1);
    const first = Math.floor(position);
    const share = Math.fround(position - first);
    const weights = [1 - share, share].map((weight) => roundEven(2048 * weight));
    return [first, Math.min(first + 1, length - 1), ...weights];
  });
}

function interpolate(pixels, width, height) {
  const { channels, data } = pixels;
  const scaled = new Pixels(width, height, channels);
  const columns = neighbours(pixels.width, width);
  let to = 0;
  for (const [above, below, upper, lower] of neighbours(pixels.height, height)) {
    for (const [left, right, before, after] of columns) {
      for (let channel = 0; channel < channels; channel++) {
        const value = (row, column) => data[(row * pixels.width + column) * channels + channel];
        const top = value(above, left) * before + value(above, right) * after;
        const bottom = value(below, left) * before + value(below, right) * after;
        const sum = ((upper * (top >> 4)) >> 16) + ((lower * (bottom >> 4)) >> 16);
        scaled.data[to++] = (sum + 2) >> 2;
      }
    }
  }
  return scaled;
}
