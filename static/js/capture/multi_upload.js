/**
 * Uploads several photos at once, each with its own progress and outcome, and each can be tried
 * again. A single photo goes the form's usual way.
 */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";
import { prepare } from "./prepare.js";

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const section = form.querySelector("[data-multi-upload]");
const list = section.querySelector("[data-multi-upload-list]");
const template = section.querySelector("template");
const status = section.querySelector("[data-multi-upload-status]");

const CONCURRENT_UPLOADS = 2;
const texts = section.dataset;

input.multiple = true;

function photoOf(file) {
  const item = template.content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-multi-upload-${name}]`);
  part("picture").src = URL.createObjectURL(file);
  part("name").textContent = file.name;
  const photo = { file, item, part, uuid: newUuid() };
  part("again").addEventListener("click", () => uploadAll([photo]));
  return photo;
}

function showOutcome(photo, text, { link = "", again = false } = {}) {
  photo.part("outcome").textContent = text;
  photo.part("progress").hidden = true;
  photo.part("again").hidden = !again;
  const open = photo.part("open");
  open.hidden = !link;
  if (link) open.href = link;
}

/** Lets a photo wait in this browser for a connection, under the UUID that it has. */
const keepForLater = ({ prepared, uuid }) =>
  keep({
    diary: document.body.dataset.diary,
    uuid,
    at: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields: { source: "upload" },
    photo: prepared,
  });

/**
 * Uploads one photo and returns whether it was recorded. Trying again under the same UUID after a
 * broken connection records it once.
 */
async function upload(photo) {
  photo.part("progress").hidden = false;
  photo.part("progress").value = 0;
  photo.part("again").hidden = true;
  photo.part("outcome").textContent = texts.textWaiting;
  try {
    photo.prepared ??= await prepare(photo.file);
  } catch ({ kind }) {
    showOutcome(photo, form.dataset[kind]);
    return false;
  }
  const body = new FormData();
  body.append("photo", photo.prepared);
  body.append("uuid", photo.uuid);
  body.append("source", "upload");
  body.append("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/captures/");
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      photo.part("progress").value = loaded / total;
    });
    request.addEventListener("error", async () => {
      await keepForLater(photo).then(
        () => showOutcome(photo, texts.textWaits),
        () => showOutcome(photo, texts.textOffline, { again: true }),
      );
      resolve(false);
    });
    request.addEventListener("load", () => {
      const response = request.response ?? {};
      const recorded = request.status === 201;
      if (recorded) {
        const mine = response.detections.find((face) => face.is_me);
        const emotion = mine && texts[`emotion${mine.emotion}`];
        showOutcome(photo, emotion ? `${texts.textLooks} ${emotion}` : texts.textKept, {
          link: `/captures/${response.uuid}/`,
        });
      } else {
        const again = request.status === 429 || request.status >= 500;
        showOutcome(photo, response.detail ?? texts.textFailed, { again });
      }
      resolve(recorded);
    });
    request.send(body);
  });
}

/** Uploads photos, a few at a time, and shows in the end how many were recorded. */
async function uploadAll(photos) {
  const queue = [...photos];
  let recorded = 0;
  const worker = async () => {
    while (queue.length) {
      if (await upload(queue.shift())) recorded += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_UPLOADS }, worker));
  status.textContent = `${texts.textSummary} ${recorded} / ${photos.length}`;
}

input.addEventListener("change", () => {
  const many = input.files.length > 1;
  section.hidden = !many;
  form.classList.toggle("upload--many", many);
  if (!many) return;
  const photos = [...input.files].map(photoOf);
  list.replaceChildren(...photos.map(({ item }) => item));
  uploadAll(photos);
});
