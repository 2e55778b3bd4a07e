/** The form for moments in words: without a connection they wait in this browser. */

import { newUuid } from "../api.js";
import { keep } from "../offline/waiting.js";

const form = document.querySelector("[data-words]");
const outcome = form.querySelector("[data-words-outcome]");

function fields(values) {
  const said = { note: values.get("note") };
  const tags = values.get("tags").split(",").map((word) => word.trim());
  said.tags = [...new Set(tags.filter(Boolean))];
  if (values.get("felt")) said.felt = values.get("felt");
  if (values.get("mood")) said.mood = Number(values.get("mood"));
  return said;
}

async function letWait() {
  const values = new FormData(form);
  const said = fields(values);
  if (!said.felt && !said.mood && !said.note) {
    outcome.textContent = form.dataset.textNothing;
    return;
  }
  await keep({
    diary: document.body.dataset.diary,
    uuid: newUuid(),
    at: new Date(values.get("taken_at")).toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fields: said,
  });
  form.reset();
  outcome.textContent = "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  // A small question first: a form that is sent into the void takes its words along.
  const there = await fetch("/offline/line/").then(
    ({ ok }) => ok,
    () => false,
  );
  if (there) form.submit();
  else await letWait().finally(() => (form.ariaBusy = "false"));
});

// Coming back to the form, it can be sent again.
window.addEventListener("pageshow", () => (form.ariaBusy = "false"));
