/**
 * The live view: analyses what the camera sees several times a second, stores nothing, and keeps a
 * moment on a tap. This device reads the frames and sends none, or the server does: only one is on
 * its way at a time then, and the server may slow us down.
 */

import { detect, jpeg, newUuid, small } from "../api.js";
import { keep as keepForLater } from "../offline/waiting.js";
import { load, problemOf, read, readsHere, sendReading } from "./on_device.js";

const root = document.querySelector("[data-live]");
const part = (name) => root.querySelector(`[data-live-${name}]`);
const video = part("video");
const boxes = part("boxes");
const word = part("word");
const announcement = part("status");
const keep = part("keep");
const form = document.querySelector("[data-live-form]");
const bars = new Map(
  [...root.querySelectorAll("[data-live-bar]")].map((bar) => [bar.dataset.liveBar, bar]),
);
const percents = new Map(
  [...root.querySelectorAll("[data-live-percent]")].map((text) => [text.dataset.livePercent, text]),
);

const FRAME_SIDE = 320; // pixels
const PHOTO_SIDE = 2048;
const FRAME_INTERVAL = readsHere ? 40 : 220; // milliseconds between two frames' starts, at least
const SMOOTHING = 0.45; // the weight of the latest frame in the moving average
const ANNOUNCE_INTERVAL = 4000; // milliseconds, so that a screen reader is not flooded
const RETRY_DELAY = 2000; // milliseconds
const SVG = "http://www.w3.org/2000/svg";

let running = false;
let average = null;
let announcedAt = 0;
let readings = 0;

const inPercent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Shows the camera's picture, or the button that starts it. */
function showStage(shown) {
  part("stage").hidden = !shown;
  part("start").hidden = shown;
  keep.hidden = !shown;
}

function showProblem(name) {
  stop();
  showStage(false);
  part("start").hidden = true;
  part(`problem-${name}`).hidden = false;
}

/** Says why this device cannot read; nothing was sent. */
function showCannotRead(error) {
  part("reason").textContent = problemOf(error);
  showProblem("here");
}

function drawBoxes(frame, faces) {
  boxes.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  boxes.replaceChildren(
    ...faces.map(({ box }, index) => {
      const rect = document.createElementNS(SVG, "rect");
      for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, box[name]);
      rect.setAttribute("class", index ? "photo__box photo__box--under" : "photo__box");
      return rect;
    }),
  );
}

/** Adds a face to the moving average and shows the result. */
function showFace({ probabilities }) {
  average ??= { ...probabilities };
  for (const emotion of Object.keys(probabilities)) {
    average[emotion] += SMOOTHING * (probabilities[emotion] - average[emotion]);
    const share = average[emotion];
    bars.get(emotion).setAttribute("width", `${Math.round(100 * share)}%`);
    percents.get(emotion).textContent = inPercent.format(share);
  }
  const text = headline();
  word.textContent = text;
  if (text !== announcement.textContent && Date.now() - announcedAt > ANNOUNCE_INTERVAL) {
    announcement.textContent = text;
    announcedAt = Date.now();
  }
}

/** Says one emotion, or where it is unsure the two or three that the server would name. */
function headline() {
  const { unsureBelow, setMass, textLooks, textCouldBe, textOr } = root.dataset;
  const ranked = Object.entries(average).sort((a, b) => b[1] - a[1]);
  const names = ranked.map(([emotion]) => root.dataset[`emotion${emotion}`]);
  const [[, first], [, second]] = ranked;
  if (first >= Number(unsureBelow)) return `${textLooks} ${names[0]}`;
  const others = first + second >= Number(setMass) ? [names[0]] : names.slice(0, 2);
  return `${textCouldBe} ${others.join(", ")} ${textOr} ${names[others.length]}`;
}

function showFaces(frame, faces) {
  drawBoxes(frame, faces);
  readings += 1;
  root.dataset.readings = readings;
  keep.setAttribute("aria-disabled", String(!faces.length));
  if (faces.length) showFace(faces[0]);
  else {
    average = null;
    word.textContent = root.dataset.textNobody;
  }
}

async function readFrame() {
  const reader = await load();
  const frame = small(video, video.videoWidth, video.videoHeight, FRAME_SIDE);
  showFaces(frame, (await reader.readFrame(frame)).faces);
}

async function sendFrame() {
  const frame = small(video, video.videoWidth, video.videoHeight, FRAME_SIDE);
  const { status, body, wait: retryAfter } = await detect(await jpeg(frame, 0.8));
  if (status === 429 || status === 503) {
    await wait(retryAfter);
    return;
  }
  if (status !== 200) {
    showProblem("failed");
    return;
  }
  showFaces(frame, body.photos[0].faces);
}

async function loop() {
  while (running) {
    const started = performance.now();
    try {
      await (readsHere ? readFrame() : sendFrame());
    } catch (error) {
      if (readsHere) return showCannotRead(error);
      word.textContent = root.dataset.textOffline;
      await wait(RETRY_DELAY);
    }
    await wait(Math.max(0, FRAME_INTERVAL - (performance.now() - started)));
  }
}

async function start() {
  if (!navigator.mediaDevices) {
    showProblem("camera");
    return;
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
  } catch {
    showProblem("camera");
    return;
  }
  showStage(true);
}

function stop() {
  running = false;
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

/** Sends what the camera sees now through the same form as every photo. */
async function sendPhoto() {
  const frame = small(video, video.videoWidth, video.videoHeight, PHOTO_SIDE);
  const chosen = new DataTransfer();
  chosen.items.add(new File([await jpeg(frame, 0.92)], "live.jpg", { type: "image/jpeg" }));
  form.elements.photo.files = chosen.files;
  form.elements.client_uuid.value = newUuid();
  stop();
  form.submit();
}

/** Reads what the camera sees now at its full size, and sends what was read or lets it wait. */
async function sendWhatIsRead() {
  const shown = await read(video);
  const moment = {
    diary: document.body.dataset.diary,
    uuid: newUuid(),
    at: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields: { source: "live" },
    ...shown,
  };
  stop();
  try {
    const { status, body } = await sendReading(moment);
    if (status === 201) location.assign(`/captures/${body.uuid}/`);
    else showProblem("failed");
  } catch {
    await keepForLater(moment);
    showStage(false);
  }
}

async function keepMoment() {
  if (keep.getAttribute("aria-disabled") === "true") return;
  running = false;
  keep.setAttribute("aria-disabled", "true");
  if (readsHere) await sendWhatIsRead().catch(showCannotRead);
  else await sendPhoto();
}

part("start").addEventListener("click", start);
keep.addEventListener("click", keepMoment);
video.addEventListener("loadeddata", () => {
  if (running) return;
  running = true;
  loop();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && running) location.reload();
});
window.addEventListener("pagehide", stop);
