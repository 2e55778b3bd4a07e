/** Where to look for faces: the looks of `ml/inference/face_search.py`, one after the other. */

import { SIDE } from "./blazeface.js";
import { cropFace } from "./crop.js";
import { mapped, overlap, rollOf, scaling, surest } from "./faces.js";
import { blurred, equalised } from "./light.js";
import { Pixels, roundEven } from "./pixels.js";
import { shrink } from "./scaling.js";

const CLOSER = 320;
const CLOSEST = 512;
const TILE = { width: 320, height: 256 };
const TILE_OVERLAP = 32;
const SAME_FACE = 0.4;

const LARGE_SHARE = 0.3;
const CERTAIN = 0.85;
const CONFIRMATION_MARGINS = [0.25, 0.75, 1.25];
const MIN_CONFIRMATION = 0.7;
const MIN_LARGE_CONFIRMATION = 0.5;
const MIN_SECOND_CONFIRMATION = 0.75;
const MAX_REFUSALS = 6;
const MIN_BRIGHTNESS = 50;

const FIRST_SHEET = { copy: 56, sigma: 2 };
const LAST_SHEET = { copy: 48, sigma: 3 };
const FURTHER = 88;
const MIN_FURTHER_SCORE = 0.72;
const MIN_TURNED_SCORE = 0.76;
const MIN_SCORE = 0.6;

/** Lets the page react between two looks. */
const breath = () => new Promise((resolve) => setTimeout(resolve));

const asItIs = (pixels) => pixels;
const smoothed = (pixels, sigma = FIRST_SHEET.sigma) => blurred(shrink(pixels, SIDE), sigma);
const isLarge = (face, pixels) => face.side >= LARGE_SHARE * pixels.side;

/** Returns what takes a face from a picture turned against the clock back to the picture. */
const turnedBack = (quarters, { width, height }) =>
  [
    [1, 0, 0, 0, 1, 0],
    [0, -1, width, 1, 0, 0],
    [-1, 0, width, 0, -1, height],
    [0, 1, 0, -1, 0, height],
  ][quarters];

export class FaceSearch {
  #detector;

  constructor(detector) {
    this.#detector = detector;
  }

  /** Returns the faces in a picture, in no particular order; looks on until some are found. */
  async findFaces(pixels) {
    for await (const faces of this.#looks(pixels)) {
      if (faces.length) return faces;
      await breath();
    }
    return [];
  }

  /** Returns the faces of the first look, which shows most of them and is fast. */
  async findFacesFast(pixels) {
    return (await this.#looks(pixels).next()).value;
  }

  /** Returns the face in a picture of not much else, whatever its light and direction. */
  async findFace(closeUp) {
    const detect = (pixels) => this.#detector.detect(pixels);
    const faces = await detect(closeUp);
    if (!faces.some(({ score }) => score >= CERTAIN)) {
      for (const change of [equalised, smoothed]) faces.push(...(await detect(change(closeUp))));
      for (const quarters of [1, 2, 3]) {
        faces.push(...(await this.#lookTurned(closeUp, detect, quarters)));
      }
    }
    return faces.reduce((best, face) => (best && best.score >= face.score ? best : face), null);
  }

  async *#looks(pixels) {
    const lookAtPicture = (picture) => this.#lookAtPicture(picture);
    const first = (await lookAtPicture(pixels)).filter(
      (face) => face.score >= MIN_SCORE || isLarge(face, pixels),
    );
    const closeUps = new CloseUps(pixels, this.#detector);
    yield await closeUps.confirmed(first, MIN_CONFIRMATION, { certain: CERTAIN });

    const panorama = Math.floor((SIDE * pixels.side) / Math.min(pixels.width, pixels.height));
    let sight = shrink(pixels, Math.max(CLOSEST, panorama));
    const toPicture = scaling(pixels.side / sight.side);
    const inPicture = (faces, minimum = 0) =>
      faces.filter(({ score }) => score >= minimum).map((face) => mapped(face, toPicture));
    const confirmed = (faces, change) =>
      closeUps.confirmed(inPicture(faces, MIN_SCORE), MIN_SECOND_CONFIRMATION, { change });

    const isDark = sight.brightness < MIN_BRIGHTNESS;
    const light = isDark ? equalised : asItIs;
    if (isDark) {
      sight = equalised(sight);
      for (const quarters of [0, 2, 1, 3]) {
        yield await confirmed(await this.#lookTurned(sight, lookAtPicture, quarters), light);
      }
    }
    yield inPicture(await this.#lookAtSheet(sight, FIRST_SHEET));
    const lookFromFurther = (picture) => this.#lookFromFurther(picture);
    for (const quarters of [0, 2, 1, 3]) {
      const faces = await this.#lookTurned(sight, lookFromFurther, quarters);
      yield inPicture(faces, quarters ? MIN_TURNED_SCORE : MIN_FURTHER_SCORE);
    }
    if (!isDark) yield await confirmed(await lookAtPicture(equalised(sight)), equalised);
    yield await confirmed(await this.#lookAtTiles(sight), light);
    for (const quarters of isDark ? [] : [2, 1, 3]) {
      yield await confirmed(await this.#lookTurned(sight, lookAtPicture, quarters), light);
    }
    yield inPicture(await this.#lookAtSheet(sight, LAST_SHEET));
  }

  async #lookAtPicture(pixels) {
    const closer = shrink(pixels, CLOSER);
    let faces = await this.#detector.detect(closer);
    if (!faces.some((face) => isLarge(face, closer))) {
      faces = withoutRepetitions([...faces, ...(await this.#lookAtTiles(closer))]);
    }
    return faces.map((face) => mapped(face, scaling(pixels.side / closer.side)));
  }

  /** Returns the faces in a picture at its own size, seen in overlapping tiles. */
  async #lookAtTiles(pixels) {
    const faces = [];
    const columns = parts(pixels.width, TILE.width);
    for (const [top, height] of parts(pixels.height, TILE.height)) {
      for (const [left, width] of columns) {
        const seen = await this.#detector.detectUnscaled(pixels.cut(left, top, width, height));
        faces.push(...seen.map((face) => mapped(face, scaling(1, left, top))));
      }
    }
    return withoutRepetitions(faces);
  }

  /** Returns the large faces without the grain of a picture, in the direction that shows them best. */
  async #lookAtSheet(pixels, { copy: side, sigma }) {
    const copy = shrink(smoothed(pixels, sigma), side);
    const scale = pixels.side / copy.side;
    const half = SIDE / 2;
    const sheet = new Pixels(SIDE, SIDE, 3);
    const toPicture = [0, 1, 2, 3].map((quarters) => {
      const turned = copy.turned(quarters);
      const left = (quarters % 2) * half + Math.floor((half - turned.width) / 2);
      const top = Math.floor(quarters / 2) * half + Math.floor((half - turned.height) / 2);
      sheet.paste(turned, left, top);
      const [a, b, x, c, d, y] = turnedBack(quarters, copy);
      const back = [a, b, x - a * left - b * top, c, d, y - c * left - d * top];
      return back.map((value) => scale * value);
    });
    const faces = [[], [], [], []];
    for (const face of await this.#detector.detectUnscaled(sheet)) {
      if (face.score < MIN_SCORE) continue;
      const [x, y] = face.middle;
      const quarters = 2 * (y >= half) + (x >= half);
      faces[quarters].push(mapped(face, toPicture[quarters]));
    }
    return faces.reduce((best, seen) => (surest(seen) > surest(best) ? seen : best));
  }

  /** Returns the faces in a picture with a black border, which fill about as much as usual. */
  async #lookFromFurther(pixels) {
    const small = shrink(pixels, FURTHER);
    const border = (SIDE - FURTHER) / 2;
    const framed = new Pixels(small.width + 2 * border, small.height + 2 * border, 3);
    framed.paste(small, border, border);
    const scale = pixels.side / small.side;
    const toPicture = scaling(scale, -scale * border, -scale * border);
    return (await this.#detector.detect(framed)).map((face) => mapped(face, toPicture));
  }

  /** Returns the faces that a look shows in the picture turned against the clock. */
  async #lookTurned(pixels, look, quarters) {
    const back = turnedBack(quarters, pixels);
    return (await look(pixels.turned(quarters))).map((face) => mapped(face, back));
  }
}

/** Close-ups of the faces of one picture that the network doubts, until it has refused a few. */
class CloseUps {
  #pixels;
  #detector;
  #sight;
  #refusals = 0;

  constructor(pixels, detector) {
    this.#pixels = pixels;
    this.#detector = detector;
  }

  /** Keeps the faces, the surest first, that are certain, or seen again with a mean score. */
  async confirmed(faces, minimum, { certain = 1, change = asItIs } = {}) {
    const kept = [];
    for (const face of faces) {
      if (face.score >= certain) kept.push(face);
      else if (this.#refusals < MAX_REFUSALS) {
        if (await this.#isSeen(face, change, minimum)) kept.push(face);
        else this.#refusals += 1;
      }
    }
    return kept;
  }

  async #isSeen(found, change, minimum) {
    const isOwn = isLarge(found, this.#pixels);
    if (isOwn) this.#sight ??= shrink(this.#pixels, CLOSEST);
    const pixels = isOwn ? this.#sight : this.#pixels;
    const face = isOwn ? mapped(found, scaling(pixels.side / this.#pixels.side)) : found;
    const side = roundEven(face.side);
    const [x, y] = face.middle.map((middle) => roundEven(middle - face.side / 2));
    const box = { x, y, width: side, height: side };
    let missing = (isOwn ? MIN_LARGE_CONFIRMATION : minimum) * CONFIRMATION_MARGINS.length;
    for (const [place, margin] of CONFIRMATION_MARGINS.entries()) {
      const closeUp = cropFace(pixels, box, SIDE, margin, rollOf(face));
      missing -= surest(await this.#detector.detect(change(closeUp)));
      if (missing > CONFIRMATION_MARGINS.length - 1 - place) return false;
    }
    return true;
  }
}

/** Returns start and size of overlapping parts of at most so many pixels that cover a length. */
function parts(length, most) {
  const count = Math.max(1, Math.ceil((length - TILE_OVERLAP) / (most - TILE_OVERLAP)));
  const size = Math.ceil((length + (count - 1) * TILE_OVERLAP) / count);
  return Array.from({ length: count }, (_, part) => [
    count > 1 ? Math.floor((part * (length - size)) / (count - 1)) : 0,
    size,
  ]);
}

/** Keeps the surest of faces that overlap; tiles repeat some and cut others. */
function withoutRepetitions(faces) {
  const kept = [];
  for (const face of [...faces].sort((one, other) => other.score - one.score)) {
    if (kept.every((other) => overlap(face, other) < SAME_FACE)) kept.push(face);
  }
  return kept;
}
