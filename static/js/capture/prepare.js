/**
 * Makes photos fit for the server: what is too large for it is scaled down, and what the browser
 * can show and the server cannot, such as AVIF, becomes a JPEG. The time at which a photo was taken
 * stays; how it lies is already drawn. What neither of the two can show is not sent.
 */

import { jpeg, small } from "../api.js";
import { dateTaken, withDateTaken } from "./exif.js";

const MAX_BYTES = 15 * 2 ** 20;
const MAX_PIXELS = 25_000_000;
const MAX_EDGE = 20_000;
const SIDE = 2048; // pixels of the longer side, which is all that the server reads
const QUALITY = 0.92;

const latin = (bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end));

/** Tells by a photo's content whether the server reads its format. */
function isReadable(bytes) {
  return (
    latin(bytes, 0, 3) === "\xff\xd8\xff" ||
    latin(bytes, 0, 8) === "\x89PNG\r\n\x1a\n" ||
    (latin(bytes, 0, 4) === "RIFF" && latin(bytes, 8, 12) === "WEBP")
  );
}

/** A photo that cannot be shown; `kind` is heic, avif or unreadable. */
export class UnreadableError extends Error {
  constructor(kind) {
    super(`Expected a photo that can be shown, received ${kind}.`);
    this.kind = kind;
  }
}

/** Tells by its content whether a photo is HEIC or AVIF; null if it is neither. */
function heifKind(bytes) {
  if (bytes.length < 12) return null;
  const end = Math.min(new DataView(bytes.buffer).getUint32(0), 1024);
  const brands = latin(bytes, 4, 8) === "ftyp" ? latin(bytes, 8, end) : "";
  if (/avi[fs]/.test(brands)) return "avif";
  return /^(?:he[iv]|m[is]f1)/.test(brands) ? "heic" : null;
}

/** Returns what a photo shows, upright. Throws an UnreadableError if the browser cannot show it. */
export async function pictureOf(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    const bytes = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
    throw new UnreadableError(heifKind(bytes) ?? "unreadable");
  }
}

const isTooLarge = ({ width, height }) =>
  width * height > MAX_PIXELS || Math.max(width, height) > MAX_EDGE;

/**
 * Returns the photo in a form that the server reads; itself if it is, or if nothing else can be.
 * Throws an UnreadableError for HEIC and AVIF that the browser cannot show.
 */
export async function prepare(file) {
  let bytes = new Uint8Array();
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
    const picture = await createImageBitmap(file);
    const fits = isReadable(bytes) && file.size <= MAX_BYTES && !isTooLarge(picture);
    if (fits) return file;
    const canvas = small(picture, picture.width, picture.height, SIDE);
    picture.close();
    const blob = await jpeg(canvas, QUALITY);
    return new File([await withDateTaken(blob, dateTaken(bytes))], jpegName(file.name), {
      type: "image/jpeg",
      lastModified: file.lastModified,
    });
  } catch {
    const kind = heifKind(bytes);
    if (kind) throw new UnreadableError(kind);
    return file; // The server says what it expects.
  }
}

const jpegName = (name) => `${name.replace(/\.[^.]*$/, "")}.jpg`;
