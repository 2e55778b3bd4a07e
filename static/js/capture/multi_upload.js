/**
 * Several photos at once: each goes up by itself, with its own progress and outcome, and can be
 * tried again. One photo takes the form's usual way.
 */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const section = form.querySelector("[data-many]");
const list = section.querySelector("[data-many-list]");
const template = section.querySelector("template");
const said = section.querySelector("[data-many-said]");

const AT_ONCE = 2;
const words = section.dataset;

input.multiple = true;

function row(file) {
  const item = template.content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-many-${name}]`);
  part("picture").src = URL.createObjectURL(file);
  part("name").textContent = file.name;
  const photo = { file, item, part, uuid: newUuid() };
  part("again").addEventListener("click", () => run([photo]));
  return photo;
}

function tell(photo, text, { link = "", again = false } = {}) {
  const outcome = photo.part("outcome");
  outcome.textContent = text;
  photo.part("progress").hidden = true;
  photo.part("again").hidden = !again;
  const open = photo.part("open");
  open.hidden = !link;
  if (link) open.href = link;
}

/** Without a connection a photo waits in this browser, as the same moment. */
const letWait = ({ file, uuid }) =>
  keep({
    diary: document.body.dataset.diary,
    uuid,
    at: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields: { source: "upload" },
    photo: file,
  });

/** Sends one photo; the same UUID again after a lost connection records it once. */
function send(photo) {
  photo.part("progress").hidden = false;
  photo.part("progress").value = 0;
  photo.part("again").hidden = true;
  photo.part("outcome").textContent = words.textWaiting;
  const body = new FormData();
  body.append("photo", photo.file);
  body.append("uuid", photo.uuid);
  body.append("source", "upload");
  body.append("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/captures/");
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      photo.part("progress").value = loaded / total;
    });
    request.addEventListener("error", async () => {
      await letWait(photo).then(
        () => tell(photo, words.textWaits),
        () => tell(photo, words.textOffline, { again: true }),
      );
      done(false);
    });
    request.addEventListener("load", () => {
      const answer = request.response ?? {};
      if (request.status === 201) {
        const mine = answer.detections.find((face) => face.is_me);
        const emotion = mine && words[`emotion${mine.emotion}`];
        tell(photo, emotion ? `${words.textLooks} ${emotion}` : words.textKept, {
          link: `/captures/${answer.uuid}/`,
        });
      } else {
        const later = request.status === 429 || request.status >= 500;
        tell(photo, answer.detail ?? words.textFailed, { again: later });
      }
      done(request.status === 201);
    });
    request.send(body);
  });
}

/** Sends photos, two at a time, and says at the end how many are kept. */
async function run(photos) {
  const waiting = [...photos];
  let kept = 0;
  const worker = async () => {
    while (waiting.length) {
      // One after the other on purpose: two such chains run beside each other.
      if (await send(waiting.shift())) kept += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  said.textContent = `${words.textSummary} ${kept} / ${photos.length}`;
}

input.addEventListener("change", () => {
  const many = input.files.length > 1;
  section.hidden = !many;
  form.classList.toggle("upload--many", many);
  if (!many) return;
  const photos = [...input.files].map(row);
  list.replaceChildren(...photos.map(({ item }) => item));
  run(photos);
});
