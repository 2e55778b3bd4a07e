/**
 * The camera: another way to put a photo into the upload form, which does all the rest.
 * It runs only while its picture is on the page; without scripts no camera is offered.
 */

const form = document.querySelector("[data-upload]");
const camera = form.querySelector("[data-camera]");
const outcome = form.querySelector("[data-upload-outcome]");
const send = form.querySelector("[data-upload-send]");
const part = (name) => form.querySelector(`[data-camera-${name}]`);

const rest = part("rest");
const opener = part("open");
const openerLabel = part("label");
const stage = part("stage");
const video = part("video");
const count = part("count");
const timer = part("timer");
const take = part("take");
const turn = part("turn");
const said = part("said");
const openerText = openerLabel.textContent;
const takeText = take.textContent;

const COUNT_FROM = 3;
const JPEG_QUALITY = 0.92;
/** Faces fill a 4:3 picture best, and nearly every sensor has that shape. */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 960 } };

let stream = null;
let cameras = [];
let request = null;
let ticking = null;

const stopTracks = (held) => held?.getTracks().forEach((track) => track.stop());

function show(shown) {
  camera.hidden = !shown;
  rest.hidden = shown;
}

function setReady(ready) {
  stage.classList.toggle("camera__stage--ready", ready);
  take.setAttribute("aria-disabled", String(!ready));
}

function stopCounting() {
  clearTimeout(ticking);
  ticking = null;
  count.textContent = "";
  take.textContent = takeText;
}

function stop() {
  request = null;
  stopTracks(stream);
  stream = null;
  video.srcObject = null;
  stopCounting();
  setReady(false);
}

function close() {
  if (camera.hidden) return;
  stop();
  show(false);
  opener.focus();
}

/** Says in words why there is no picture, and leads back to the upload. */
function complain(name) {
  stop();
  show(false);
  const problem = part(`problem~="${name}"`) ?? part('problem="unknown"');
  outcome.replaceChildren(problem.content.cloneNode(true));
  form.querySelector("input[type=file]").focus({ preventScroll: true });
  outcome.scrollIntoView({ block: "nearest" });
}

async function start(wanted) {
  stop();
  const mine = Symbol("request");
  request = mine;
  let answered;
  try {
    answered = await navigator.mediaDevices.getUserMedia({ video: { ...wanted, ...SIZE } });
  } catch (error) {
    if (request === mine) complain(error.name);
    return;
  }
  // Whoever closed the camera or left the page meanwhile does not want it on.
  if (request !== mine) {
    stopTracks(answered);
    return;
  }
  stream = answered;
  const [track] = stream.getVideoTracks();
  track.addEventListener("ended", () => complain("NotReadableError"));
  // A webcam that does not say where it looks looks at its person.
  const mirrored = track.getSettings().facingMode !== "environment";
  video.classList.toggle("camera__video--mirrored", mirrored);
  video.srcObject = stream;
  said.textContent = track.label;
  // Only now does the browser tell all cameras; phones name a front and a back one.
  const devices = await navigator.mediaDevices.enumerateDevices();
  cameras = devices.filter(({ kind }) => kind === "videoinput");
  turn.hidden = cameras.length < 2;
}

function open() {
  if (form.classList.contains("upload--busy")) return;
  outcome.replaceChildren();
  if (!navigator.mediaDevices) {
    complain("insecure");
    return;
  }
  show(true);
  take.focus();
  start({ facingMode: "user" });
}

/** The other side of a phone; where cameras have no side, the next one. */
function otherCamera() {
  const { facingMode, deviceId } = stream.getVideoTracks()[0].getSettings();
  if (facingMode) return { facingMode: facingMode === "user" ? "environment" : "user" };
  const next = cameras.findIndex((one) => one.deviceId === deviceId) + 1;
  return { deviceId: { exact: cameras[next % cameras.length].deviceId } };
}

/**
 * Draws the part of the camera's picture that the stage shows. The preview is a mirror, because
 * people find their way in one; the photo is not: it is kept as others see the face, as an
 * uploaded photo is, with its left on the left and its writing readable.
 */
function drawn() {
  const { videoWidth, videoHeight, clientWidth, clientHeight } = video;
  const scale = Math.min(videoWidth / clientWidth, videoHeight / clientHeight);
  const canvas = document.createElement("canvas");
  canvas.width = clientWidth * scale;
  canvas.height = clientHeight * scale;
  const left = (canvas.width - videoWidth) / 2;
  const top = (canvas.height - videoHeight) / 2;
  canvas.getContext("2d").drawImage(video, left, top);
  return canvas;
}

function takePhoto() {
  const canvas = drawn();
  stop();
  canvas.toBlob(
    (blob) => {
      if (!blob) {
        complain("unknown");
        return;
      }
      const file = new File([blob], "camera.jpg", { type: blob.type });
      form.dispatchEvent(new CustomEvent("photo", { detail: { file, source: "camera" } }));
      openerLabel.textContent = camera.dataset.textAgain;
      show(false);
      said.textContent = camera.dataset.textTaken;
      send.focus();
    },
    "image/jpeg",
    JPEG_QUALITY,
  );
}

function tick(seconds) {
  if (seconds === 0) {
    takePhoto();
    return;
  }
  count.textContent = seconds;
  ticking = setTimeout(tick, 1000, seconds - 1);
}

function pressTake() {
  if (ticking) {
    stopCounting();
  } else if (take.getAttribute("aria-disabled") === "true") {
    return;
  } else if (timer.getAttribute("aria-pressed") === "true") {
    take.textContent = camera.dataset.textStop;
    tick(COUNT_FROM);
  } else {
    takePhoto();
  }
}

opener.addEventListener("click", open);
take.addEventListener("click", pressTake);
part("close").addEventListener("click", close);
turn.addEventListener("click", () => {
  if (stream) start(otherCamera());
});
timer.addEventListener("click", () => {
  timer.setAttribute("aria-pressed", String(timer.getAttribute("aria-pressed") !== "true"));
});
camera.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") close();
});
video.addEventListener("loadeddata", () => setReady(true));
form.addEventListener("change", () => {
  openerLabel.textContent = openerText;
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) close();
});
window.addEventListener("pagehide", close);
