/**
 * The upload form: dropping a photo, showing it, the progress of the upload, and responses that
 * leave the chosen photo in place. Without this module the form is an ordinary file field with a
 * button. Other modules hand over a photo by a "photo" event with the file and its source.
 */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";
import { prepare } from "./prepare.js";

const form = document.querySelector("[data-upload]");
const part = (name, root = form) => root.querySelector(`[data-upload-${name}]`);

const input = form.querySelector("input[type=file]");
const zone = part("zone");
const preview = part("preview");
const label = part("label");
const outcome = part("outcome");
const progress = part("progress");
const send = part("send");
const initialSendText = send.textContent;
const initialLabelText = label.textContent;

function showChosen() {
  URL.revokeObjectURL(preview.src);
  const file = input.files[0];
  form.classList.toggle("upload--chosen", Boolean(file));
  preview.hidden = !file;
  part("invitation").hidden = Boolean(file);
  if (!file) return;
  preview.src = URL.createObjectURL(file);
  label.textContent = form.dataset.textChosen;
  outcome.replaceChildren();
  form.elements.turn.value = 0;
  // Each photo is a moment of its own.
  form.elements.client_uuid.value = newUuid();
}

function setBusy(busy) {
  form.classList.toggle("upload--busy", busy);
  form.setAttribute("aria-busy", String(busy));
  send.setAttribute("aria-disabled", String(busy));
  send.textContent = busy ? form.dataset.textBusy : initialSendText;
  progress.hidden = !busy;
  progress.value = 0;
}

function showNote(text) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = text;
  outcome.replaceChildren(note);
}

/** Goes to the page that the response redirected to, or shows the outcome on this page. */
function receive(request) {
  if (request.responseURL.split("?")[0] !== form.action.split("?")[0]) {
    location.assign(request.responseURL);
    return;
  }
  setBusy(false);
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const newOutcome = part("outcome", page);
  if (newOutcome) {
    outcome.replaceChildren(...page.querySelectorAll(".messages"), ...newOutcome.childNodes);
  } else {
    showNote(request.status === 413 ? form.dataset.textTooLarge : form.dataset.textFailed);
  }
  outcome.scrollIntoView({ block: "nearest" });
}

/** Lets the photo wait in this browser for a connection, as the same moment. */
async function keepForLater(photo) {
  const { client_uuid: uuid, source, turn, me_x: x, me_y: y } = form.elements;
  const point = x.value && y.value ? { me_x: x.value, me_y: y.value } : {};
  await keep({
    diary: document.body.dataset.diary,
    uuid: uuid.value,
    at: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields: { source: source.value, turn: turn.value, ...point },
    photo,
  });
  input.value = "";
  showChosen();
  label.textContent = initialLabelText;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.classList.contains("upload--busy")) return;
  const values = new FormData(form, event.submitter);
  setBusy(true);
  let photo = null;
  try {
    photo = input.files.length ? await prepare(input.files[0]) : null;
  } catch ({ kind }) {
    setBusy(false);
    showNote(form.dataset[kind]);
    return;
  }
  if (photo) values.set("photo", photo);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    progress.value = loaded / total;
  });
  request.addEventListener("load", () => receive(request));
  request.addEventListener("error", async () => {
    setBusy(false);
    await keepForLater(photo).catch(() => showNote(form.dataset.textOffline));
  });
  request.send(values);
});

input.addEventListener("change", () => {
  form.elements.source.value = "upload";
  showChosen();
});
form.addEventListener("photo", ({ detail: { file, source } }) => {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  input.files = chosen.files;
  form.elements.source.value = source;
  showChosen();
});
// Only now does the photo take up space, which may push the button out of sight.
preview.addEventListener("load", () => {
  if (document.activeElement === send) send.scrollIntoView({ block: "nearest" });
});
for (const [event, over] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
  zone.addEventListener(event, () => zone.classList.toggle("dropzone--over", over));
}
// Going back to this page may bring the chosen file along.
window.addEventListener("pageshow", () => {
  setBusy(false);
  showChosen();
});
