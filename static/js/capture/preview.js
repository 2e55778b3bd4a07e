/**
 * A first look at the chosen photo, before it is sent: hints for a better one, and whose face
 * counts where there are several. It reads a small copy and keeps nothing; where it fails, the
 * form works as without it.
 */

import { detect, jpeg, small } from "../api.js";

const form = document.querySelector("[data-upload]");
const panel = form.querySelector("[data-look]");
const hints = panel.querySelector("[data-look-hints]");
const faces = panel.querySelector("[data-look-faces]");
const list = panel.querySelector("[data-look-list]");

const SIDE = 640;
const DARK = 55; // mean grey value
const BLURRED = 18; // variance of the second derivative
const SMALL = 0.12; // of the shorter side of the picture
const PICTURE = 96; // pixels of a face that can be chosen

let latest = null;

/** Returns the grey values of a part of a canvas. */
function greys(canvas, { x, y, width, height }) {
  const { data } = canvas.getContext("2d").getImageData(x, y, width, height);
  const grey = new Float32Array(width * height);
  for (let at = 0; at < grey.length; at += 1) {
    grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  }
  return grey;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How sharp a part is: the variance of its Laplacian (Pech-Pacheco et al. 2000). */
function sharpness(grey, width) {
  const second = [];
  for (let at = width + 1; at < grey.length - width - 1; at += 1) {
    const x = at % width;
    if (x === 0 || x === width - 1) continue;
    second.push(
      grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at],
    );
  }
  const middle = mean(second);
  return mean(second.map((value) => (value - middle) ** 2));
}

/** Names what would make a better photo; nothing where it is fine. */
function wanting(canvas, found) {
  const whole = { x: 0, y: 0, width: canvas.width, height: canvas.height };
  const box = clipped(found[0]?.box ?? whole, canvas);
  const grey = greys(canvas, box);
  const names = [];
  if (mean(grey) < DARK) names.push("dark");
  if (!found.length) return [...names, "turned"];
  if (box.width < SMALL * Math.min(canvas.width, canvas.height)) names.push("small");
  else if (sharpness(grey, box.width) < BLURRED) names.push("blurred");
  return names;
}

function clipped(box, canvas) {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  return {
    x,
    y,
    width: Math.min(canvas.width, box.x + box.width) - x,
    height: Math.min(canvas.height, box.y + box.height) - y,
  };
}

function cut(canvas, box) {
  const picture = document.createElement("canvas");
  picture.width = PICTURE;
  picture.height = PICTURE;
  const { x, y, width, height } = box;
  picture.getContext("2d").drawImage(canvas, x, y, width, height, 0, 0, PICTURE, PICTURE);
  return picture;
}

function choose(box, canvas) {
  form.elements.me_x.value = (box.x + box.width / 2) / canvas.width;
  form.elements.me_y.value = (box.y + box.height / 2) / canvas.height;
}

function offer(canvas, found) {
  list.replaceChildren(
    ...found.map(({ box }, place) => {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = "whose";
      radio.checked = place === 0;
      radio.addEventListener("change", () => choose(box, canvas));
      const name = document.createElement("span");
      name.className = "visually-hidden";
      name.textContent = `${panel.dataset.textFace} ${place + 1}`;
      label.append(radio, cut(canvas, box), name);
      return label;
    }),
  );
  choose(found[0].box, canvas);
}

function forget() {
  form.elements.me_x.value = "";
  form.elements.me_y.value = "";
  for (const hint of hints.children) hint.hidden = true;
  faces.hidden = true;
  panel.hidden = true;
}

async function look(file) {
  const mine = Symbol("look");
  latest = mine;
  forget();
  let canvas;
  let found;
  try {
    const picture = await createImageBitmap(file);
    canvas = small(picture, picture.width, picture.height, SIDE);
    const { status, body } = await detect(await jpeg(canvas));
    if (status !== 200 || body.photos[0].problem) return;
    found = body.photos[0].faces;
  } catch {
    return;
  }
  if (latest !== mine) return;
  const names = wanting(canvas, found);
  for (const hint of hints.children) hint.hidden = !names.includes(hint.dataset.lookHint);
  faces.hidden = found.length < 2;
  if (found.length > 1) offer(canvas, found);
  panel.hidden = !names.length && found.length < 2;
}

const input = form.querySelector("input[type=file]");
const chosen = () => {
  if (input.files.length === 1) look(input.files[0]);
  else {
    latest = null;
    forget();
  }
};
input.addEventListener("change", chosen);
form.addEventListener("photo", () => setTimeout(chosen));
