/**
 * Reads photos on this device for people who have chosen that: what is read is sent, no picture
 * ever is. A page says that it reads here by the component "read_here"; elsewhere the server reads.
 */

import { post, small, turned } from "../api.js";

const place = document.querySelector("[data-read-here]");
const part = (name) => place.querySelector(`[data-read-here-${name}]`);

/** Tells whether photos are read on this device and not sent. */
export const readsHere = Boolean(place);

const SIDE = 2048; // pixels of the longer side, as the server reads photos

/** This device cannot read; `reason` is that of a ReaderUnavailable, or "failed". */
export class CannotReadHere extends Error {
  constructor(reason, options) {
    super(`This device cannot read photos: ${reason}.`, options);
    this.reason = reason;
  }
}

/** Shows how much of the reader is here; it is quick, and shows nothing, once it has been used. */
function showProgress(share) {
  part("loading").hidden = share >= 1;
  part("progress").value = share;
  part("status").textContent = share < 1 ? place.dataset.textLoading : "";
}

/** Returns the module with the reader, which comes from the network when it is needed first. */
const importReader = () =>
  import("../reader/reader.js").catch((cause) => {
    throw new CannotReadHere("offline", { cause });
  });

/** Returns the reader, once its files are here. Throws a CannotReadHere. */
export async function load() {
  try {
    const { loadReader } = await importReader();
    return await loadReader({ onProgress: showProgress });
  } catch (error) {
    if (error instanceof CannotReadHere) throw error;
    throw new CannotReadHere(error.reason ?? "failed", { cause: error });
  } finally {
    part("loading").hidden = true;
  }
}

/** Returns the faces in an upright picture, the largest first. Throws a CannotReadHere. */
export const facesOf = async (canvas) => (await (await load()).read(canvas)).faces;

/** Returns the index of the face that has a point in its box, or its middle nearest to it. */
function nearest(faces, { x, y }) {
  const distances = faces.map(({ box }) => {
    const inside = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    return inside ? 0 : Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
  });
  return distances.indexOf(Math.min(...distances));
}

/**
 * Reads a picture.
 * @param source the picture, upright, or a video that plays.
 * @param {{turn?: number, me?: {x: number, y: number}}} choices by how many degrees to turn it
 *   clockwise first, and a point in the person's own face as shares of the turned picture's sides.
 * @returns {Promise<{reading: object, looks: string[]}>} what the API takes, and the emotions of
 *   the person's own face: several if it is unsure, none if there is no face.
 * Throws a CannotReadHere.
 */
export async function read(source, { turn = 0, me = null } = {}) {
  const reader = await load();
  const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
  const canvas = turned(small(source, width, height, SIDE), turn);
  const { faces, version } = await reader.read(canvas);
  const own = me ? nearest(faces, { x: me.x * canvas.width, y: me.y * canvas.height }) : 0;
  const reading = {
    picture: { width: canvas.width, height: canvas.height },
    model_sha256: version.sha256,
    detections: faces.map(({ box, probabilities, roll }, index) => ({
      box,
      probabilities,
      roll,
      is_me: index === own,
    })),
  };
  return { reading, looks: faces[own]?.set ?? [] };
}

/** Sends a moment that was read here; answers as `post` does. Throws if the connection fails. */
export const sendReading = ({ uuid, at, zone, fields, reading }) =>
  post("/api/v1/captures/readings/", {
    ...fields,
    ...reading,
    uuid,
    taken_at: at,
    time_zone: zone,
  });

/** Returns in words why this device cannot read. */
export const problemOf = ({ reason }) => place.dataset[reason] ?? place.dataset.failed;

/** Returns a note that says why this device cannot read, with the ways that are left. */
export function problemNote(error, sendPhoto) {
  const note = part("problem").content.cloneNode(true);
  note.querySelector("[data-read-here-reason]").textContent = problemOf(error);
  note.querySelector("[data-read-here-send]").addEventListener("click", sendPhoto);
  return note;
}

/** Returns a note that says that there is no face, with the way to keep the moment anyway. */
export const noFaceNote = () => part("no-face").content.cloneNode(true);
