/**
 * Pictures as arrays, and what cuts, turns and frames them. The reader works on the same numbers as
 * the server, whose `common/imaging/images.py` uses OpenCV; canvases would scale differently.
 */

export const MAX_SIDE = 2048;

/** Rounds halves to the even number, as Python does. */
export function roundEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

export class Pixels {
  /** Creates a black picture of 1 channel (grey) or 3 (red, green, blue), unless `data` is given. */
  constructor(width, height, channels, data) {
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.data = data ?? new Uint8ClampedArray(width * height * channels);
  }

  get side() {
    return Math.max(this.width, this.height);
  }

  /** Returns the mean of all values. */
  get brightness() {
    let sum = 0;
    for (const value of this.data) sum += value;
    return sum / this.data.length;
  }

  /** Copies a part of another picture of as many channels to where its left and top go. */
  paste(other, left, top, part = { left: 0, top: 0, width: other.width, height: other.height }) {
    const { channels } = this;
    for (let row = 0; row < part.height; row++) {
      const from = ((part.top + row) * other.width + part.left) * channels;
      const line = other.data.subarray(from, from + part.width * channels);
      this.data.set(line, ((top + row) * this.width + left) * channels);
    }
    return this;
  }

  cut(left, top, width, height) {
    if (width === this.width && height === this.height) return this;
    const part = new Pixels(width, height, this.channels);
    return part.paste(this, 0, 0, { left, top, width, height });
  }

  /** Turns against the clock by quarters, as `numpy.rot90` does. */
  turned(quarters) {
    if (!quarters) return this;
    const { width, height, channels, data } = this;
    const turned = quarters % 2
      ? new Pixels(height, width, channels)
      : new Pixels(width, height, channels);
    for (let y = 0, to = 0; y < turned.height; y++) {
      for (let x = 0; x < turned.width; x++, to += channels) {
        const [column, row] = {
          1: [width - 1 - y, x],
          2: [width - 1 - x, height - 1 - y],
          3: [y, height - 1 - x],
        }[quarters];
        const from = (row * width + column) * channels;
        for (let channel = 0; channel < channels; channel++) {
          turned.data[to + channel] = data[from + channel];
        }
      }
    }
    return turned;
  }
}

/** Returns the pixels of an upright ImageBitmap, HTMLCanvasElement or ImageData, on white. */
export function pixelsOf(source) {
  const rgba = source instanceof ImageData && Math.max(source.width, source.height) <= MAX_SIDE
    ? source
    : drawn(source);
  const pixels = new Pixels(rgba.width, rgba.height, 3);
  for (let from = 0, to = 0; from < rgba.data.length; from += 4, to += 3) {
    pixels.data[to] = rgba.data[from];
    pixels.data[to + 1] = rgba.data[from + 1];
    pixels.data[to + 2] = rgba.data[from + 2];
  }
  return pixels;
}

/** Draws a source onto a canvas of at most `MAX_SIDE` pixels, which is what the server keeps. */
function drawn(source) {
  const scale = Math.min(1, MAX_SIDE / Math.max(source.width, source.height));
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(drawable(source), 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function drawable(source) {
  if (!(source instanceof ImageData)) return source;
  const canvas = new OffscreenCanvas(source.width, source.height);
  canvas.getContext("2d").putImageData(source, 0, 0);
  return canvas;
}

/** Returns the grey values of a picture, weighted as OpenCV weighs the colours. */
export function greyOf({ width, height, data }) {
  const grey = new Pixels(width, height, 1);
  for (let from = 0, to = 0; to < grey.data.length; from += 3, to++) {
    const sum = data[from] * 9798 + data[from + 1] * 19235 + data[from + 2] * 3735;
    grey.data[to] = (sum + 16384) >> 15;
  }
  return grey;
}
