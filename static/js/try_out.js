/**
 * Lets anybody try it on the first page: a photo is read in this browser, shown with what it looks
 * like, and neither sent nor stored. What reads it is fetched once somebody asks for it.
 */

import { small } from "./api.js";

const form = document.querySelector("[data-try]");
const part = (name) => form.querySelector(`[data-try-${name}]`);
const outcome = form.querySelector("[data-upload-outcome]");
const ways = form.querySelector("[data-camera-rest]");
const opener = form.querySelector("[data-camera-open]");
const file = form.querySelector("input[type=file]");
const photo = part("photo");
const boxes = part("boxes");
const word = part("word");
const { dataset } = form;

const SIDE = 2048; // pixels of the longer side, as the server reads photos
const SVG = "http://www.w3.org/2000/svg";
const inPercent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

let taken = null;

/** Returns the reader once it is here. It is no trouble to ask early, or again. */
async function load() {
  const { loadReader } = await import("./reader/reader.js").catch((cause) => {
    throw Object.assign(new Error("The reader is out of reach.", { cause }), { reason: "offline" });
  });
  return loadReader({ onProgress: (share) => (part("progress").value = share) });
}

function showWork(text) {
  part("loading").hidden = !text;
  part("status").textContent = text;
}

function showProblem(reason) {
  const note = part("problem").content.cloneNode(true);
  note.querySelector("[data-try-reason]").textContent = dataset[reason] ?? dataset.failed;
  outcome.replaceChildren(note);
  ways.hidden = false;
}

/** Returns one emotion, or where it is unsure two or three, in a sentence. */
function sentence(set) {
  const text = { 1: dataset.textLooks, 2: dataset.textTwo, 3: dataset.textThree }[set.length];
  const names = set.map((emotion) => dataset[`emotion${emotion}`]);
  return text.replace(/FIRST|SECOND|THIRD/g, (place) => names["FST".indexOf(place[0])]);
}

/** Draws a light line on a dark one around each face. */
function drawBoxes({ width, height }, faces) {
  boxes.setAttribute("viewBox", `0 0 ${width} ${height}`);
  boxes.replaceChildren();
  for (const { box } of faces) {
    for (const look of ["photo__box photo__box--under", "photo__box"]) {
      const rect = document.createElementNS(SVG, "rect");
      for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, box[name]);
      rect.setAttribute("class", look);
      boxes.append(rect);
    }
  }
}

function showResult(canvas, [largest]) {
  [photo.width, photo.height] = [canvas.width, canvas.height];
  photo.getContext("2d").drawImage(canvas, 0, 0);
  drawBoxes(canvas, [largest]);
  for (const [emotion, share] of Object.entries(largest.probabilities)) {
    form.querySelector(`[data-live-bar=${emotion}]`).setAttribute("width", `${100 * share}%`);
    form.querySelector(`[data-live-percent=${emotion}]`).textContent = inPercent.format(share);
  }
  for (const face of form.querySelectorAll("[data-try-face]")) {
    face.hidden = !largest.set.includes(face.dataset.tryFace);
  }
  word.textContent = sentence(largest.set);
  part("result").hidden = false;
  word.focus({ preventScroll: true });
  part("result").scrollIntoView({ block: "nearest" });
}

/** Returns an upright picture of a file; null if the browser cannot show it. */
async function pictureOf(source) {
  try {
    const picture = await createImageBitmap(source);
    const canvas = small(picture, picture.width, picture.height, SIDE);
    picture.close();
    return canvas;
  } catch {
    return null;
  }
}

async function read(source) {
  reset();
  ways.hidden = true;
  const canvas = await pictureOf(source);
  if (!canvas) return showProblem("strange");
  showWork(dataset.textLoading);
  try {
    const reader = await load();
    showWork(dataset.textReading);
    const { faces } = await reader.read(canvas);
    if (faces.length) showResult(canvas, faces);
    else showProblem("nobody");
  } catch (error) {
    showProblem(error.reason);
  } finally {
    showWork("");
  }
}

/** Forgets the photo. */
function reset() {
  [photo.width, photo.height] = [0, 0];
  boxes.replaceChildren();
  outcome.replaceChildren();
  part("result").hidden = true;
  ways.hidden = false;
  file.value = "";
}

form.addEventListener("photo", ({ detail }) => (taken = detail.file));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  read(taken);
});
file.addEventListener("change", () => file.files.length && read(file.files[0]));
// Until the photo is taken, much of it is here.
opener.addEventListener("click", () => load().catch(() => {}));
part("again").addEventListener("click", () => {
  reset();
  opener.focus();
});
window.addEventListener("pagehide", reset);
