/** The form for moments in words: without a connection they wait in this browser. */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";
import "./tags.js";

const CLOCK_TOLERANCE = 5 * 60_000; // milliseconds
const MINUTE = 60_000;

const form = document.querySelector("[data-note-form]");
const outcome = form.querySelector("[data-note-form-outcome]");

let online = false; // The form has been asked to go, because there is a connection.

/** Returns tags as the server reads them: one that holds a comma stands in quotes. */
function tagsOf(text) {
  const parts = text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g);
  const tags = [...parts].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
  return [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))];
}

/** Returns what was filled in, as fields of the API. */
function fieldsOf(values) {
  const fields = { note: values.get("note"), tags: tagsOf(values.getAll("tags").join(", ")) };
  if (values.get("felt")) fields.felt = values.get("felt");
  if (values.get("mood")) fields.mood = Number(values.get("mood"));
  return fields;
}

/** Returns what the server would refuse, in words; it counts letters as the server does. */
function problemOf({ felt, mood, note, tags }, at) {
  const { textNothing, textTags, textFuture, mostTags, longestTag } = form.dataset;
  if (!felt && !mood && !note.trim()) return textNothing;
  const tooLong = tags.some((tag) => [...tag].length > Number(longestTag));
  if (tooLong || tags.length > Number(mostTags)) return textTags;
  return at > Date.now() + CLOCK_TOLERANCE ? textFuture : "";
}

/** Lets the time go on since the page was fetched, unless another one was chosen. */
function keepTime() {
  const { taken_at: field } = form.elements;
  if (!("now" in form.dataset) || field.value !== field.defaultValue) return;
  const fetched = Date.parse(document.documentElement.dataset.keptAt) || performance.timeOrigin;
  const then = new Date(field.defaultValue);
  const now = then.getTime() - then.getTimezoneOffset() * MINUTE + Date.now() - fetched;
  field.value = new Date(now).toISOString().slice(0, "yyyy-mm-ddThh:mm".length);
}

async function keepForLater(submitter) {
  const values = new FormData(form, submitter);
  const fields = fieldsOf(values);
  const problem = problemOf(fields, new Date(values.get("taken_at")));
  if (problem) {
    outcome.textContent = problem;
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
  if (online) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  keepTime();
  const { submitter } = event;
  // Ask before submitting: a form that is submitted without a connection loses what was written.
  online = await fetch("/offline/line/").then(
    ({ ok }) => ok,
    () => false,
  );
  if (online) form.requestSubmit(submitter);
  else await keepForLater(submitter).finally(() => (form.ariaBusy = "false"));
});

// Going back to the page, the form can be sent again.
window.addEventListener("pageshow", () => {
  online = false;
  form.ariaBusy = "false";
});
