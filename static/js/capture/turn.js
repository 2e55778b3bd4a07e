/**
 * Turns the chosen photo by quarters before it is sent, in the page; the server turns the photo
 * itself. Other modules learn of it by a "turned" event. Without this module the form has a field.
 */

import { jpeg, small, turned } from "../api.js";

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const preview = form.querySelector("[data-upload-preview]");
const status = form.querySelector("[data-turn-status]");

const PREVIEW_SIDE = 1024; // pixels

/** Shows the photo as it is turned by now. */
async function show(file, degrees) {
  const picture = await createImageBitmap(file);
  const canvas = turned(small(picture, picture.width, picture.height, PREVIEW_SIDE), degrees);
  const blob = await jpeg(canvas);
  // It was turned further meanwhile, or another photo was chosen.
  if (input.files[0] !== file || Number(form.elements.turn.value) !== degrees) return;
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(blob);
}

form.querySelector("[data-turn-button]").addEventListener("click", () => {
  if (!input.files.length || form.classList.contains("upload--busy")) return;
  const field = form.elements.turn;
  const degrees = (Number(field.value) + 90) % 360;
  field.value = degrees;
  status.textContent = field.selectedOptions[0].text;
  // What the browser cannot show, the server may still read.
  show(input.files[0], degrees).catch(() => {});
  form.dispatchEvent(new Event("turned"));
});

for (const [source, event] of [[input, "change"], [form, "photo"]]) {
  source.addEventListener(event, () => (status.textContent = ""));
}
