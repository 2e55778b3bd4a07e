/**
 * The live view: reads what the camera sees several times a second, stores nothing, and keeps a
 * moment when it is tapped. One frame is under way at a time; the server may ask for patience.
 */

import { detect, jpeg, newUuid, small } from "../api.js";

const root = document.querySelector("[data-live]");
const part = (name) => root.querySelector(`[data-live-${name}]`);
const video = part("video");
const boxes = part("boxes");
const word = part("word");
const said = part("said");
const keep = part("keep");
const form = document.querySelector("[data-live-form]");
const bars = new Map(
  [...root.querySelectorAll("[data-live-bar]")].map((bar) => [bar.dataset.liveBar, bar]),
);
const percents = new Map(
  [...root.querySelectorAll("[data-live-percent]")].map((one) => [one.dataset.livePercent, one]),
);

const SIDE = 320;
const PAUSE = 220; // milliseconds between frames, at least
const NEW = 0.45; // weight of the latest reading in the running mean
const SAY_EVERY = 4000; // milliseconds; a screen reader is not to be flooded
const SVG = "http://www.w3.org/2000/svg";

let running = false;
let smooth = null;
let lastSaid = 0;
let readings = 0;

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function complain(name) {
  running = false;
  part("stage").hidden = true;
  keep.hidden = true;
  part(`problem-${name}`).hidden = false;
}

function draw(frame, faces) {
  boxes.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  boxes.replaceChildren(
    ...faces.map(({ box }, place) => {
      const drawn = document.createElementNS(SVG, "rect");
      for (const name of ["x", "y", "width", "height"]) drawn.setAttribute(name, box[name]);
      drawn.setAttribute("class", place ? "photo__box photo__box--under" : "photo__box");
      return drawn;
    }),
  );
}

/** Mixes a reading into the running mean and shows it. */
function show(face) {
  const shares = face.probabilities;
  smooth ??= { ...shares };
  for (const name of Object.keys(shares)) {
    smooth[name] += NEW * (shares[name] - smooth[name]);
    const percent = Math.round(100 * smooth[name]);
    bars.get(name).setAttribute("width", `${percent}%`);
    percents.get(name).textContent = `${percent} %`;
  }
  const [[first, most], [second]] = Object.entries(smooth).sort((a, b) => b[1] - a[1]);
  const name = (emotion) => root.dataset[`emotion${emotion}`];
  const sure = most >= Number(root.dataset.unsureBelow);
  const text = sure
    ? `${root.dataset.textLooks} ${name(first)}`
    : `${root.dataset.textCouldBe} ${name(first)} ${root.dataset.textOr} ${name(second)}`;
  word.textContent = text;
  if (text !== said.textContent && Date.now() - lastSaid > SAY_EVERY) {
    said.textContent = text;
    lastSaid = Date.now();
  }
}

async function readOnce() {
  const frame = small(video, video.videoWidth, video.videoHeight, SIDE);
  const { status, body, wait: patience } = await detect(await jpeg(frame, 0.8));
  if (status === 429 || status === 503) {
    await wait(patience);
    return;
  }
  if (status !== 200) {
    complain("failed");
    return;
  }
  const { faces } = body.photos[0];
  draw(frame, faces);
  readings += 1;
  root.dataset.readings = readings;
  keep.setAttribute("aria-disabled", String(!faces.length));
  if (faces.length) show(faces[0]);
  else {
    smooth = null;
    word.textContent = root.dataset.textNobody;
  }
}

async function loop() {
  while (running) {
    const started = performance.now();
    try {
      await readOnce();
    } catch {
      word.textContent = root.dataset.textOffline;
      await wait(2000);
    }
    await wait(Math.max(0, PAUSE - (performance.now() - started)));
  }
}

async function start() {
  if (!navigator.mediaDevices) {
    complain("camera");
    return;
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
  } catch {
    complain("camera");
    return;
  }
  part("start").hidden = true;
  part("stage").hidden = false;
  keep.hidden = false;
}

function stop() {
  running = false;
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

/** Sends what the camera sees now, as it is, through the same form as every photo. */
async function keepMoment() {
  if (keep.getAttribute("aria-disabled") === "true") return;
  running = false;
  keep.setAttribute("aria-disabled", "true");
  const frame = small(video, video.videoWidth, video.videoHeight, 2048);
  const chosen = new DataTransfer();
  chosen.items.add(new File([await jpeg(frame, 0.92)], "live.jpg", { type: "image/jpeg" }));
  form.elements.photo.files = chosen.files;
  form.elements.client_uuid.value = newUuid();
  stop();
  form.submit();
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
