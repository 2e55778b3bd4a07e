/** Where our network reads best: the square around a face, and by how much it leans. */

import { SIDE } from "./blazeface.js";
import { cropFace } from "./crop.js";
import { rollOf } from "./faces.js";
import { roundEven } from "./pixels.js";

/** Returns the box around a face that a detector found, in whole pixels. */
export function boxOf(face, { box_scale: scale, box_rise: rise }) {
  const side = scale * face.side;
  const roll = (rollOf(face) * Math.PI) / 180;
  const [x, y] = face.middle;
  const size = Math.max(1, roundEven(side));
  return {
    x: roundEven(x + rise * face.side * Math.sin(roll) - side / 2),
    y: roundEven(y - rise * face.side * Math.cos(roll) - side / 2),
    width: size,
    height: size,
  };
}

/** Returns by how many degrees the head in a box leans clockwise; 0 if no eyes are found. */
export async function rollIn(pixels, box, search, { roll_margin: margin }) {
  const face = await search.findFace(cropFace(pixels, box, SIDE, margin));
  return face ? rollOf(face) : 0;
}
