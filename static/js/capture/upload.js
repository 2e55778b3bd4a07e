/**
 * The upload form: dropping a photo, showing it, reading it on this device or the progress of its
 * upload, and responses that leave the chosen photo in place. Without this module the form is an
 * ordinary file field with a button. Other modules hand over a photo by a "photo" event with the
 * file and its source.
 */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";
import * as device from "./on_device.js";
import { pictureOf, prepare, UnreadableError } from "./prepare.js";

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
const CONFLICT = 409;

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
  progress.hidden = true;
  progress.value = 0;
}

function noteOf(text) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = text;
  return note;
}

const showNote = (text) => outcome.replaceChildren(noteOf(text));

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

/** Returns the moment of this form as it waits in this browser; what it shows is added. */
const momentWith = (fields, shown) => ({
  diary: document.body.dataset.diary,
  uuid: form.elements.client_uuid.value,
  at: new Date().toISOString(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  fields: { source: form.elements.source.value, ...fields },
  ...shown,
});

/** Lets a moment wait in this browser for a connection, under the UUID that it has. */
async function keepForLater(moment) {
  await keep(moment);
  input.value = "";
  showChosen();
  label.textContent = initialLabelText;
}

async function sendPhoto(values) {
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
  const { turn, me_x: x, me_y: y } = form.elements;
  const point = x.value && y.value ? { me_x: x.value, me_y: y.value } : {};
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  progress.hidden = false;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    progress.value = loaded / total;
  });
  request.addEventListener("load", () => receive(request));
  request.addEventListener("error", async () => {
    setBusy(false);
    const moment = momentWith({ turn: turn.value, ...point }, { photo, allowed: device.readsHere });
    await keepForLater(moment).catch(() => showNote(form.dataset.textOffline));
  });
  request.send(values);
}

/** Sends what was read, or lets it wait; goes to its page if the server has taken it. */
async function sendReading(moment) {
  let answer;
  try {
    answer = await device.sendReading(moment);
    if (answer.status === CONFLICT) {
      // The form was sent before; read anew, it is another moment.
      answer = await device.sendReading({ ...moment, uuid: newUuid() });
    }
  } catch {
    setBusy(false);
    await keepForLater(moment).catch(() => showNote(form.dataset.textOffline));
    return;
  }
  const { uuid, code, detail, errors = {} } = answer.body;
  if (uuid) location.assign(`/captures/${uuid}/`);
  else if (code === "consent_required") location.assign(form.dataset.consent);
  else {
    setBusy(false);
    showNote(Object.values(errors).flat().join(" ") || detail || form.dataset.textFailed);
  }
}

/** Shows why nothing was sent. */
function showReason(note) {
  setBusy(false);
  outcome.replaceChildren(note);
  outcome.scrollIntoView({ block: "nearest" });
}

/** Reads the photo on this device and sends what was read; the photo stays here. */
async function readHere({ anyway }) {
  const { turn, me_x: x, me_y: y } = form.elements;
  const me = x.value && y.value ? { x: Number(x.value), y: Number(y.value) } : null;
  setBusy(true);
  let read;
  try {
    const picture = await pictureOf(input.files[0]);
    read = await device.read(picture, { turn: Number(turn.value), me });
  } catch (error) {
    if (error instanceof UnreadableError) showReason(noteOf(form.dataset[error.kind]));
    else showReason(device.problemNote(error, () => sendPhoto(new FormData(form))));
    return;
  }
  const fields = anyway ? { keep_without_face: true } : {};
  if (read.reading.detections.length || anyway) await sendReading(momentWith(fields, read));
  else showReason(device.noFaceNote());
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.classList.contains("upload--busy")) return;
  if (device.readsHere) readHere({ anyway: event.submitter?.name === "keep_without_face" });
  else sendPhoto(new FormData(form, event.submitter));
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
// Until this module listens, the button would send the photo.
send.disabled = false;
if (device.readsHere) {
  const getReady = () => device.load().catch(() => {}); // Reading the photo says why not.
  form.querySelector("video").addEventListener("loadeddata", getReady);
}
// Going back to this page may bring the chosen file along.
window.addEventListener("pageshow", () => {
  setBusy(false);
  showChosen();
});
