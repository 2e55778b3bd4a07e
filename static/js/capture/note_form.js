/**
 * The form for moments in words: they are checked while they are written, and without a connection
 * they wait in this browser.
 */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";
import { check, fieldsOf, missing, show } from "../offline/words.js";
import "./tags.js";

const MINUTE = 60_000;

const form = document.querySelector("[data-note-form]");
const outcome = form.querySelector("[data-note-form-outcome]");

let online = false; // The form has been asked to go, because there is a connection.

/** Says what the server would refuse; returns whether there is nothing of the kind. */
function isRight(submitter) {
  const wrong = check(form);
  outcome.textContent = wrong ? "" : missing(fieldsOf(form, submitter));
  if (wrong) show(wrong);
  return !wrong && !outcome.textContent;
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
  await keep({
    diary: document.body.dataset.diary,
    uuid: newUuid(),
    at: new Date(form.elements.taken_at.value).toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields: fieldsOf(form, submitter),
  });
  form.reset();
}

form.addEventListener("input", () => check(form));
form.addEventListener("submit", async (event) => {
  if (online) return;
  event.preventDefault();
  const { submitter } = event;
  if (form.ariaBusy === "true" || !isRight(submitter)) return;
  form.ariaBusy = "true";
  keepTime();
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
