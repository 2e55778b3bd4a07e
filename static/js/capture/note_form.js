/** The form for moments in words: without a connection they wait in this browser. */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";

const form = document.querySelector("[data-note-form]");
const outcome = form.querySelector("[data-note-form-outcome]");

/** Returns tags as the server reads them: one that holds a comma stands in quotes. */
function tagsOf(text) {
  const parts = text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g);
  const tags = [...parts].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
  return [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))];
}

/** Returns what was filled in, as fields of the API. */
function fieldsOf(values) {
  const fields = { note: values.get("note"), tags: tagsOf(values.get("tags")) };
  if (values.get("felt")) fields.felt = values.get("felt");
  if (values.get("mood")) fields.mood = Number(values.get("mood"));
  return fields;
}

async function keepForLater() {
  const values = new FormData(form);
  const fields = fieldsOf(values);
  if (!fields.felt && !fields.mood && !fields.note) {
    outcome.textContent = form.dataset.textNothing;
    return;
  }
  await keep({
    diary: document.body.dataset.diary,
    uuid: newUuid(),
    at: new Date(values.get("taken_at")).toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields,
  });
  form.reset();
  outcome.textContent = "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  // Ask before submitting: a form that is submitted without a connection loses what was written.
  const online = await fetch("/offline/line/").then(
    ({ ok }) => ok,
    () => false,
  );
  if (online) form.submit();
  else await keepForLater().finally(() => (form.ariaBusy = "false"));
});

// Going back to the page, the form can be sent again.
window.addEventListener("pageshow", () => (form.ariaBusy = "false"));
