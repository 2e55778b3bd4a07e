/**
 * Reads several photos at once, on this device or by uploading them. Each has a row of its own with the time at which it was taken,
 * which can be changed before it is sent and after, and its outcome, after which it can be sent
 * again. A single photo goes the form's usual way.
 */

import { json, newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";
import { clockOf, problemOfTime } from "../offline/words.js";
import { dateTaken } from "./exif.js";
import { problemOf, read, readsHere, sendReading } from "./on_device.js";
import { pictureOf, prepare, UnreadableError } from "./prepare.js";

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const section = form.querySelector("[data-multi-upload]");
const part = (name, root = section) => root.querySelector(`[data-multi-upload-${name}]`);

const CONCURRENT_UPLOADS = 2;
const template = part("template");
const texts = section.dataset;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let photos = [];

/** Returns the time in a photo as a field for a local time takes it; "" if it tells none. */
async function clockOfPhoto(file) {
  const [date, time] = dateTaken(new Uint8Array(await file.arrayBuffer())).split(" ");
  const clock = time && `${date.replaceAll(":", "-")}T${time.slice(0, 5)}`;
  return clock && !problemOfTime(clock) ? clock : "";
}

/** Returns a photo with its row. `at` is when it was; it is recorded once it has an `address`. */
function photoOf(file) {
  const item = template.content.firstElementChild.cloneNode(true);
  const photo = { file, item, uuid: newUuid(), at: new Date().toISOString(), fields: {} };
  const time = part("time", item);
  part("picture", item).src = URL.createObjectURL(file);
  part("name", item).textContent = file.name;
  time.value = clockOf(photo.at);
  photo.dated = clockOfPhoto(file).then((clock) => {
    part("dated", item).textContent = clock ? texts.textDated : texts.textUndated;
    if (clock) setTime(photo, clock);
  });
  time.addEventListener("change", () => changeTime(photo));
  part("again", item).addEventListener("click", () => readAll([photo]));
  part("anyway", item).addEventListener("click", () => {
    photo.fields.keep_without_face = true;
    readAll([photo]);
  });
  part("allow", item).addEventListener("click", () => {
    photo.allowed = true;
    readAll([photo]);
  });
  return photo;
}

function setTime(photo, clock) {
  photo.at = new Date(clock).toISOString();
  part("time", photo.item).value = clock;
}

/** Takes the time that was entered; of a photo that is recorded, the diary takes it too. */
async function changeTime(photo) {
  const { item, address } = photo;
  const time = part("time", item);
  const problem = problemOfTime(time.value);
  time.ariaInvalid = problem ? "true" : null;
  part("dated", item).textContent = problem;
  if (problem) return;
  const before = photo.at;
  setTime(photo, time.value);
  if (!address) return;
  try {
    await json("PATCH", `/api/v1${address}`, { taken_at: photo.at, time_zone: zone });
    part("dated", item).textContent = texts.textMoved;
  } catch {
    setTime(photo, clockOf(before));
    part("dated", item).textContent = texts.textNotMoved;
  }
}

function showOutcome({ item }, text, { link = "", ...offers } = {}) {
  part("outcome", item).textContent = text;
  part("progress", item).hidden = true;
  for (const name of ["again", "anyway", "allow"]) part(name, item).hidden = !offers[name];
  part("open", item).hidden = !link;
  if (link) part("open", item).href = link;
}

/** Returns a photo as it waits in this browser and is sent; what it shows is added. */
const momentOf = ({ uuid, at, fields }, shown) => ({
  diary: document.body.dataset.diary,
  uuid,
  at,
  zone,
  fields: { source: "upload", ...fields },
  ...shown,
});

/** Lets a photo, or what was read of it, wait in this browser for a connection. */
const keepForLater = (photo, shown) =>
  keep(momentOf(photo, shown)).then(
    () => showOutcome(photo, texts.textWaits),
    () => showOutcome(photo, texts.textOffline, { again: true }),
  );

function showResponse(photo, status, response) {
  if (status === 201) {
    photo.address = `/captures/${response.uuid}/`;
    const mine = response.detections.find((face) => face.is_me);
    const emotion = mine && texts[`emotion${mine.emotion}`];
    const text = emotion ? `${texts.textLooks} ${emotion}` : texts.textKept;
    showOutcome(photo, text, { link: photo.address });
  } else if (response.code === "no_face") {
    showOutcome(photo, texts.textNoFace, { anyway: true });
  } else {
    const problems = Object.values(response.errors ?? {}).flat();
    const text = problems.join(" ") || (response.detail ?? texts.textFailed);
    showOutcome(photo, text, { again: true });
  }
}

/** Reads one photo on this device and sends what was read. */
async function readHere(photo) {
  showOutcome(photo, texts.textReading);
  let shown;
  try {
    shown = await read(await pictureOf(photo.file));
  } catch (error) {
    if (error instanceof UnreadableError) return showOutcome(photo, form.dataset[error.kind]);
    const reason = `${problemOf(error)} ${texts.textNothingSent}`;
    return showOutcome(photo, reason, { again: true, allow: true });
  }
  if (!shown.reading.detections.length && !photo.fields.keep_without_face) {
    return showOutcome(photo, texts.textNoFace, { anyway: true });
  }
  part("time", photo.item).disabled = true;
  try {
    const { status, body } = await sendReading(momentOf(photo, shown));
    part("time", photo.item).disabled = false;
    return showResponse(photo, status, body);
  } catch {
    return keepForLater(photo, shown);
  }
}

/**
 * Uploads one photo. Trying again under the same UUID after a broken connection records it once,
 * as long as it says the same, so its time is fixed until the response is here.
 */
async function upload(photo) {
  const { item } = photo;
  showOutcome(photo, texts.textWaiting);
  part("progress", item).hidden = false;
  part("progress", item).value = 0;
  part("time", item).disabled = true;
  try {
    photo.prepared ??= await prepare(photo.file);
  } catch ({ kind }) {
    return showOutcome(photo, form.dataset[kind]);
  }
  const body = new FormData();
  const { uuid, at, fields, prepared, allowed } = photo;
  const values = { uuid, taken_at: at, time_zone: zone, source: "upload", ...fields };
  for (const [name, value] of Object.entries(values)) body.append(name, value);
  body.append("photo", prepared);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/captures/");
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      part("progress", item).value = loaded / total;
    });
    request.addEventListener("error", async () => {
      await keepForLater(photo, { photo: prepared, allowed });
      resolve();
    });
    request.addEventListener("load", () => {
      part("time", item).disabled = false;
      showResponse(photo, request.status, request.response ?? {});
      resolve();
    });
    request.send(body);
  });
}

/** Reads photos, a few at a time, and shows how many of all are recorded then. */
async function readAll(chosen) {
  part("send").hidden = true;
  const queue = [...chosen];
  const worker = async () => {
    while (queue.length) {
      const photo = queue.shift();
      await (readsHere && !photo.allowed ? readHere(photo) : upload(photo));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_UPLOADS }, worker));
  const recorded = photos.filter(({ address }) => address).length;
  part("status").textContent = texts.textSummary
    .replace("NUMBER", recorded)
    .replace("ALL", photos.length);
  part("history").hidden = !recorded;
}

part("send").addEventListener("click", async () => {
  await Promise.all(photos.map(({ dated }) => dated));
  const wrong = photos.find(({ item }) => part("time", item).ariaInvalid);
  if (wrong) part("time", wrong.item).focus();
  else await readAll(photos);
});

input.addEventListener("change", () => {
  const many = input.files.length > 1;
  section.hidden = !many;
  form.classList.toggle("upload--many", many);
  if (!many) return;
  photos = [...input.files].map(photoOf);
  part("send").hidden = false;
  part("list").replaceChildren(...photos.map(({ item }) => item));
  part("send").scrollIntoView({ block: "nearest" });
});
