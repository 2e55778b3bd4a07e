/**
 * Looks at the chosen photo before it is read: it hints at what would make a better one, and asks
 * whose face counts if there are several. This device finds the faces, or the server does so in a
 * small copy and stores nothing. If that fails, the form works as it does without this module.
 */

import { detect, jpeg, small, turned } from "../api.js";
import { facesOf, readsHere } from "./on_device.js";

const form = document.querySelector("[data-upload]");
const panel = form.querySelector("[data-preview]");
const hints = panel.querySelector("[data-preview-hints]");
const faceChoice = panel.querySelector("[data-preview-faces]");
const list = panel.querySelector("[data-preview-list]");

const PHOTO_SIDE = 640; // pixels
const FACE_SIDE = 96;
const MIN_BRIGHTNESS = 55; // mean grey value
const MIN_SHARPNESS = 18; // variance of the Laplacian
const MIN_FACE_WIDTH = 0.12; // of the shorter side of the photo
const MAX_LEAN = 60; // degrees of a head that is merely tilted
const TOO_MANY_REQUESTS = 429;

let latestPreview = null;

/** Returns the grey values of a part of a canvas. */
function greyValues(canvas, { x, y, width, height }) {
  const { data } = canvas.getContext("2d").getImageData(x, y, width, height);
  const grey = new Float32Array(width * height);
  for (let at = 0; at < grey.length; at += 1) {
    grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  }
  return grey;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the variance of the Laplacian, a measure of focus (Pech-Pacheco et al. 2000). */
function sharpness(grey, width) {
  const laplacian = [];
  for (let at = width + 1; at < grey.length - width - 1; at += 1) {
    const x = at % width;
    if (x === 0 || x === width - 1) continue;
    laplacian.push(
      grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at],
    );
  }
  const middle = mean(laplacian);
  return mean(laplacian.map((value) => (value - middle) ** 2));
}

/** Returns the names of the hints for a better photo; none if it is fine. */
function hintsFor(canvas, faces) {
  const whole = { x: 0, y: 0, width: canvas.width, height: canvas.height };
  const box = clip(faces[0]?.box ?? whole, canvas);
  const grey = greyValues(canvas, box);
  const names = [];
  if (mean(grey) < MIN_BRIGHTNESS) names.push("dark");
  if (!faces.length) return [...names, "nobody"];
  if (Math.abs(faces[0].roll) > MAX_LEAN) names.push("lying");
  if (box.width < MIN_FACE_WIDTH * Math.min(canvas.width, canvas.height)) names.push("small");
  else if (sharpness(grey, box.width) < MIN_SHARPNESS) names.push("blurred");
  return names;
}

/** Returns the part of a box that lies on the canvas. */
function clip(box, canvas) {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  return {
    x,
    y,
    width: Math.min(canvas.width, box.x + box.width) - x,
    height: Math.min(canvas.height, box.y + box.height) - y,
  };
}

function crop(canvas, { x, y, width, height }) {
  const picture = document.createElement("canvas");
  picture.width = FACE_SIDE;
  picture.height = FACE_SIDE;
  picture.getContext("2d").drawImage(canvas, x, y, width, height, 0, 0, FACE_SIDE, FACE_SIDE);
  return picture;
}

function choose(box, canvas) {
  form.elements.me_x.value = (box.x + box.width / 2) / canvas.width;
  form.elements.me_y.value = (box.y + box.height / 2) / canvas.height;
}

function offerFaces(canvas, faces) {
  list.replaceChildren(
    ...faces.map(({ box }, index) => {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = "whose";
      radio.checked = index === 0;
      radio.addEventListener("change", () => choose(box, canvas));
      const name = document.createElement("span");
      name.className = "visually-hidden";
      name.textContent = `${panel.dataset.textFace} ${index + 1}`;
      label.append(radio, crop(canvas, box), name);
      return label;
    }),
  );
  choose(faces[0].box, canvas);
}

function reset() {
  form.elements.me_x.value = "";
  form.elements.me_y.value = "";
  for (const hint of hints.children) hint.hidden = true;
  faceChoice.hidden = true;
  panel.hidden = true;
  delete panel.dataset.faces;
}

/** Analyses a picture; while it is wanted, as soon as the server has time for it. */
async function analyse(blob, isWanted) {
  const answer = await detect(blob);
  if (answer.status !== TOO_MANY_REQUESTS) return answer;
  await new Promise((resolve) => setTimeout(resolve, answer.wait));
  return isWanted() ? analyse(blob, isWanted) : answer;
}

/** Returns the faces that the server finds; null if it cannot look. */
async function facesByServer(canvas, isWanted) {
  const { status, body } = await analyse(await jpeg(canvas), isWanted);
  return status === 200 && !body.photos[0].problem ? body.photos[0].faces : null;
}

async function showPreview(file) {
  const preview = Symbol("preview");
  latestPreview = preview;
  reset();
  let canvas;
  let faces;
  try {
    const picture = await createImageBitmap(file);
    canvas = turned(
      small(picture, picture.width, picture.height, PHOTO_SIDE),
      Number(form.elements.turn.value),
    );
    const isWanted = () => preview === latestPreview;
    faces = await (readsHere ? facesOf(canvas) : facesByServer(canvas, isWanted));
  } catch {
    return;
  }
  // It could not be looked at, or another photo was chosen meanwhile.
  if (!faces || preview !== latestPreview) return;
  const names = hintsFor(canvas, faces);
  for (const hint of hints.children) hint.hidden = !names.includes(hint.dataset.previewHint);
  faceChoice.hidden = faces.length < 2;
  if (faces.length > 1) offerFaces(canvas, faces);
  panel.hidden = !names.length && faces.length < 2;
  panel.dataset.faces = faces.length;
}

const input = form.querySelector("input[type=file]");
function forget() {
  latestPreview = null;
  reset();
}

function update() {
  if (input.files.length === 1) showPreview(input.files[0]);
  else forget();
}
input.addEventListener("change", update);
form.addEventListener("turned", update);
form.addEventListener("photo", forget); // It is read at once.
