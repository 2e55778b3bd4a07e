/**
 * What a form says of a moment: as fields of the API, and checked while it is written, by the
 * limits of the server.
 */

const CLOCK_TOLERANCE = 5 * 60_000; // milliseconds

/** The limits of the server, which come to a page with the form that mends what waits. */
const limits = () => document.querySelector("[data-limits]").dataset;
const written = (number) => Number(number).toLocaleString(document.documentElement.lang);
const letters = (text) => [...text.replaceAll("\r\n", "\n").trim()].length;

/** Returns tags as the server reads them: one that holds a comma stands in quotes. */
function tagsOf(text) {
  const parts = text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g);
  const tags = [...parts].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
  return [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))];
}

/** Returns tags as they are written in one line, which is read back as the same tags. */
export const joined = (tags) =>
  tags.map((tag) => (/[",]/.test(tag) ? `"${tag.replaceAll('"', '""')}"` : tag)).join(", ");

/** Returns what was filled in, and which choice sent it, as fields of the API. */
export function fieldsOf(form, submitter = null) {
  const values = new FormData(form, submitter);
  const fields = { note: values.get("note"), tags: tagsOf(values.getAll("tags").join(", ")) };
  if (values.get("felt")) fields.felt = values.get("felt");
  if (values.get("mood")) fields.mood = Number(values.get("mood"));
  return fields;
}

/** Returns a moment as clocks here show it and as a field for a local time takes it. */
export function clockOf(moment) {
  const date = new Date(moment);
  const shifted = new Date(date - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** Returns why a moment cannot have been at a local time; "" if it can. */
export function problemOfTime(clock) {
  const date = new Date(clock);
  if (!clock || Number.isNaN(date.valueOf())) return limits().textWhen;
  if (date < new Date(limits().earliest)) return limits().textEarly;
  if (date > Date.now() + CLOCK_TOLERANCE) return limits().textFuture;
  return clockOf(date) === clock.slice(0, 16) ? "" : limits().textSkipped;
}

function problemOfNote(note) {
  const [most, number] = [limits().longestNote, letters(note)];
  if (number <= most) return "";
  return limits().textNote.replace("MOST", written(most)).replace("NUMBER", written(number));
}

function problemOfTags(text) {
  const tags = tagsOf(text);
  const tooLong = tags.some((tag) => letters(tag) > limits().longestTag);
  return tooLong || tags.length > limits().mostTags ? limits().textTags : "";
}

/** The line in which tags are typed, beside chips that speak for those that are chosen. */
const lineOfTags = (form) => form.querySelector("[data-tags-new]");

/** Returns each field that is checked with its problem, in words, if it has any. */
function problemsOf(form) {
  const { note, taken_at: time } = form.elements;
  const line = lineOfTags(form);
  const tags = [...new FormData(form).getAll("tags"), line?.value ?? ""].join(", ");
  // A time that nobody has touched is the server's own.
  const clock = time.value === time.defaultValue ? "" : problemOfTime(time.value);
  return [
    [line ?? form.elements.tags, problemOfTags(tags)],
    [note, problemOfNote(note.value)],
    [time, clock],
  ];
}

function lineBelow(field) {
  const id = `${field.id || "tags"}_problem`;
  const found = document.getElementById(id);
  if (found) return found;
  const line = document.createElement("p");
  line.id = id;
  line.className = "errorlist";
  line.ariaLive = "polite";
  field.closest("fieldset, .field").append(line);
  const described = [field.getAttribute("aria-describedby"), id].filter(Boolean);
  field.setAttribute("aria-describedby", described.join(" "));
  return line;
}

/** Says at each field what the server would refuse; returns the first such field, if any. */
export function check(form) {
  let first = null;
  for (const [field, problem] of problemsOf(form)) {
    const line = lineBelow(field);
    line.textContent = problem;
    line.hidden = !problem;
    field.ariaInvalid = problem ? "true" : null;
    if (problem) first ??= field;
  }
  return first;
}

/** Leads to a field, also where it is folded away. */
export function show(field) {
  field.closest("details")?.setAttribute("open", "");
  field.focus();
}

/** Returns what is missing from a moment in words, in words; "" if nothing is. */
export const missing = ({ felt, mood, note }) =>
  felt || mood || note.trim() ? "" : limits().textNothing;
