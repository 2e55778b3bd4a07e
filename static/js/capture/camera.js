/**
 * Takes a photo with the device's camera and sends it through the upload form. The camera opens by
 * itself where it was used last, and runs only while its picture is shown. Without scripts no
 * camera is offered.
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
const status = part("status");
const initialOpenerText = openerLabel.textContent;
const initialTakeText = take.textContent;

const COUNTDOWN = 3; // seconds
const JPEG_QUALITY = 0.92;
/** Faces fit best into 4:3, which is also the shape of nearly every sensor. */
const RESOLUTION = { width: { ideal: 1280 }, height: { ideal: 960 } };

let stream = null;
let cameras = [];
let latestRequest = null;
let countdown = null;

const stopTracks = (media) => media?.getTracks().forEach((track) => track.stop());

function showCamera(shown) {
  camera.hidden = !shown;
  rest.hidden = shown;
}

function setReady(ready) {
  stage.classList.toggle("camera__stage--ready", ready);
  take.setAttribute("aria-disabled", String(!ready));
}

function stopCountdown() {
  clearTimeout(countdown);
  countdown = null;
  count.textContent = "";
  take.textContent = initialTakeText;
}

function stop() {
  latestRequest = null;
  stopTracks(stream);
  stream = null;
  video.srcObject = null;
  stopCountdown();
  setReady(false);
}

function close() {
  if (camera.hidden) return;
  const focused = camera.contains(document.activeElement);
  stop();
  showCamera(false);
  if (focused) opener.focus();
}

/** Explains why there is no picture, and leads back to the upload. */
function showProblem(name) {
  stop();
  showCamera(false);
  const problem = part(`problem~="${name}"`) ?? part('problem="unknown"');
  outcome.replaceChildren(problem.content.cloneNode(true));
  form.querySelector("input[type=file]").focus({ preventScroll: true });
  outcome.scrollIntoView({ block: "nearest" });
}

async function start(constraints, { unasked = false } = {}) {
  stop();
  const request = Symbol("request");
  latestRequest = request;
  let granted;
  try {
    granted = await navigator.mediaDevices.getUserMedia({
      video: { ...constraints, ...RESOLUTION },
    });
  } catch (error) {
    if (request !== latestRequest) return;
    if (unasked) close();
    else showProblem(error.name);
    return;
  }
  // The camera was closed, or the page left, while the browser asked for permission.
  if (request !== latestRequest) {
    stopTracks(granted);
    return;
  }
  stream = granted;
  const [track] = stream.getVideoTracks();
  track.addEventListener("ended", () => showProblem("NotReadableError"));
  // A webcam that does not say which way it faces is taken to face its user.
  const mirrored = track.getSettings().facingMode !== "environment";
  video.classList.toggle("camera__video--mirrored", mirrored);
  video.srcObject = stream;
  status.textContent = track.label;
  // Only now does the browser list every camera; phones name a front and a back one.
  const devices = await navigator.mediaDevices.enumerateDevices();
  cameras = devices.filter(({ kind }) => kind === "videoinput");
  turn.hidden = cameras.length < 2;
}

function open() {
  if (form.classList.contains("upload--busy")) return;
  outcome.replaceChildren();
  if (!navigator.mediaDevices) {
    showProblem("insecure");
    return;
  }
  showCamera(true);
  take.focus();
  start({ facingMode: "user" });
}

/** Opens the camera before anybody asks; if it cannot be had, the other ways are there. */
function openFirst() {
  if (!navigator.mediaDevices || outcome.childElementCount) return;
  showCamera(true);
  start({ facingMode: "user" }, { unasked: true });
}

/** Returns the other side of a phone, or the next camera where cameras have no side. */
function nextCamera() {
  const { facingMode, deviceId } = stream.getVideoTracks()[0].getSettings();
  if (facingMode) return { facingMode: facingMode === "user" ? "environment" : "user" };
  const next = cameras.findIndex((device) => device.deviceId === deviceId) + 1;
  return { deviceId: { exact: cameras[next % cameras.length].deviceId } };
}

/**
 * Draws the part of the camera's picture that the stage shows. The stage is a mirror, in which
 * people find their way; the photo is not. Like an uploaded photo it shows the face as others see
 * it, with readable writing.
 */
function drawFrame() {
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
  const canvas = drawFrame();
  stop();
  canvas.toBlob(
    (blob) => {
      if (!blob) {
        showProblem("unknown");
        return;
      }
      const file = new File([blob], "camera.jpg", { type: blob.type });
      form.dispatchEvent(new CustomEvent("photo", { detail: { file, source: "camera" } }));
      openerLabel.textContent = camera.dataset.textAgain;
      showCamera(false);
      status.textContent = camera.dataset.textTaken;
      send.focus();
      form.requestSubmit(send);
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
  countdown = setTimeout(tick, 1000, seconds - 1);
}

function pressTake() {
  if (countdown) {
    stopCountdown();
  } else if (take.getAttribute("aria-disabled") === "true") {
    return;
  } else if (timer.getAttribute("aria-pressed") === "true") {
    take.textContent = camera.dataset.textStop;
    tick(COUNTDOWN);
  } else {
    takePhoto();
  }
}

opener.addEventListener("click", open);
take.addEventListener("click", pressTake);
part("close").addEventListener("click", close);
turn.addEventListener("click", () => {
  if (stream) start(nextCamera());
});
timer.addEventListener("click", () => {
  timer.setAttribute("aria-pressed", String(timer.getAttribute("aria-pressed") !== "true"));
});
camera.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") close();
});
video.addEventListener("loadeddata", () => setReady(true));
form.addEventListener("change", () => {
  openerLabel.textContent = initialOpenerText;
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) close();
});
window.addEventListener("pagehide", close);

if ("first" in camera.dataset) openFirst();
