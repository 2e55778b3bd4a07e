/** Opens a moment that the server has refused, so that it can be put right and sent again. */

import { check, clockOf, fieldsOf, joined, missing, show } from "./words.js";

const template = () => document.querySelector("[data-limits]").content;
const named = (name) => template().querySelector(`[name=${name}]`);

/** Returns a chosen feeling and how good it was, by the words of the form. */
export function chosenWords({ felt, mood }) {
  const wordOf = (name, value) => named(name).querySelector(`[value="${value}"]`)?.textContent;
  return [felt && wordOf("felt", felt), mood && wordOf("mood", mood)].filter(Boolean);
}

/** Returns what a face looks like, by the words of the form; "" if it was not read here. */
export function looksInWords(emotions = [], { textLooks = "", textCouldBe = "", textOr = "" }) {
  const words = emotions.map((emotion) =>
    named("felt").querySelector(`[value="${emotion}"]`).textContent.toLowerCase(),
  );
  if (words.length < 2) return words.length ? `${textLooks} ${words[0]}` : "";
  return `${textCouldBe} ${words.slice(0, -1).join(", ")} ${textOr} ${words.at(-1)}`;
}

/** Returns the name of a field as the form writes it; "" if it has none. */
export const labelOf = (name) =>
  template().querySelector(`[for=mend_${name}]`)?.textContent ?? "";

/** Returns a new dialog; it exists only while it is open. */
function openDialog() {
  document.body.append(template().cloneNode(true));
  const dialog = document.body.lastElementChild;
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

function fill(form, part, { at, fields, photo }, reason) {
  const { felt = "", mood = "", note = "", tags = [] } = fields;
  const values = { felt, mood, note, tags: joined(tags), taken_at: clockOf(at) };
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  part("reason").textContent = reason;
  part("picture").hidden = !photo;
  if (photo) part("picture").src = URL.createObjectURL(photo);
}

/** Returns the moment as the form says it is; what is not on the form stays. */
function mended(moment, form) {
  const fields = { ...moment.fields, felt: undefined, mood: undefined, ...fieldsOf(form) };
  const clock = form.elements.taken_at.value;
  if (clock === clockOf(moment.at)) return { ...moment, fields, refused: undefined };
  const at = new Date(clock).toISOString();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { ...moment, at, zone, fields, refused: undefined };
}

/** Lets a person put a moment right; calls `done` with it, unless they leave it as it is. */
export function mend(moment, reason, done) {
  const dialog = openDialog();
  const form = dialog.querySelector("form");
  const part = (name) => dialog.querySelector(`[data-mend-${name}]`);
  fill(form, part, moment, reason);
  part("cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("input", () => check(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = check(form);
    const lacking = moment.photo || moment.reading ? "" : missing(fieldsOf(form));
    part("outcome").textContent = lacking;
    if (wrong) show(wrong);
    if (wrong || lacking) return;
    dialog.close();
    done(mended(moment, form));
  });
  dialog.showModal();
  check(form);
}
