/**
 * Saves what somebody says of a moment as they go, in place: choices at once, words after a pause,
 * and what is not saved yet when the page is left. Without this module the form has a button.
 */

import { tellOfChange } from "../offline/tabs.js";
import "./tags.js";

const form = document.querySelector("[data-sheet]");
const part = (name) => form.querySelector(`[data-sheet-${name}]`);
const headline = document.querySelector("[data-sheet-headline]");
const status = part("status");
const undo = part("undo");
const agreeing = [...form.querySelectorAll("[data-sheet-agree]")];

const TYPING_PAUSE = 800; // milliseconds
const RETRY_INTERVAL = 5000;
const RADIOS = ["felt", "mood"];
const NOT_FOUND = 404;

const choice = (name, value) => form.querySelector(`[name="${name}"][value="${value}"]`);

/** Returns what is said, as one text to compare. */
function said() {
  const values = new FormData(form);
  for (const name of ["opened_with", "csrfmiddlewaretoken"]) values.delete(name);
  return new URLSearchParams(values).toString();
}

/** Tells whether the browser has brought back what was not saved when the page was left. */
const isRestored = (field) =>
  ["radio", "checkbox"].includes(field.type)
    ? field.checked !== field.defaultChecked
    : "defaultValue" in field && field.value !== field.defaultValue;

const chosen = new Map(RADIOS.map((name) => [name, form.elements[name].value]));
let saved = said();
let taken = null; // the last choice and what it replaced, to be undone
let sending = null; // what is on its way
let leaving = false;
let timer = null;

function schedule(pause) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

function show(text) {
  status.textContent = text;
  undo.hidden = text !== form.dataset.textSaved || !taken;
}

/** Shows which answer to the question is given. */
function markAgreement() {
  const { value } = form.elements.felt;
  for (const button of agreeing) button.ariaPressed = String(button.value === value);
}

/** A choice that takes another one back has done so once it is saved. */
function clearTakenBack() {
  for (const name of RADIOS) {
    const back = choice(name, "");
    if (!back.checked) continue;
    if (back === document.activeElement) form.elements[name][0].focus({ preventScroll: true });
    back.checked = false;
  }
}

/** Lets the service worker forget the page as it was. */
function forgetKeptPage() {
  const changing = [location.pathname.split("/").at(-2)];
  navigator.serviceWorker?.ready.then(({ active }) => active.postMessage({ changing }));
}

/** Takes another token where the person has signed in anew meanwhile. */
async function renewToken() {
  const { diary, token } = await (await fetch("/offline/line/")).json();
  if (diary === document.body.dataset.diary) form.elements.csrfmiddlewaretoken.value = token;
}

function showSaved({ opened_with: state, headline: words }, sent) {
  form.elements.opened_with.value = state;
  if (words) {
    document.title = document.title.replace(headline.textContent.trim(), words);
    headline.textContent = words;
  }
  saved = sent;
  if (said() !== sent) return;
  clearTakenBack();
  saved = said();
  show(form.dataset.textSaved);
}

async function receive(response, sent) {
  if (response.redirected) {
    // Whoever was signed out meanwhile signs in, and finds there what they said.
    leaving = true;
    location.assign(response.url);
  } else if (response.status === 409) {
    // Something else was said elsewhere: the page that this leads to lets one choose.
    leaving = true;
    form.submit();
  } else if (response.ok) {
    showSaved(await response.json(), sent);
    forgetKeptPage();
    tellOfChange();
  } else if (response.status === 422) {
    saved = sent; // Nothing but another answer helps.
    show((await response.json()).errors.join(" "));
  } else {
    show(form.dataset.textFailed);
    if (response.status === 403) await renewToken();
    if (response.status !== NOT_FOUND) schedule(RETRY_INTERVAL);
  }
}

async function save() {
  clearTimeout(timer);
  if (sending || leaving) return;
  const sent = said();
  if (sent === saved) return;
  sending = sent;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new FormData(form),
      keepalive: true, // It arrives even if the page is left meanwhile.
    });
    await receive(response, sent);
    if (saved === sent && said() !== sent) schedule(TYPING_PAUSE);
  } catch {
    show(form.dataset.textOffline);
    schedule(RETRY_INTERVAL);
  } finally {
    sending = null;
  }
}

/** Sends what is not saved yet while the page is being left; nobody can be asked any more. */
function flush() {
  if (leaving || said() === saved) return;
  const values = new FormData(form);
  values.append("leaving", "on");
  // What is on its way changes what the form was opened with, and is no contradiction.
  if (sending && sending !== said()) values.delete("opened_with");
  navigator.sendBeacon(form.action, values);
}

function change({ target }) {
  taken = null;
  if (RADIOS.includes(target.name)) {
    taken = { name: target.name, before: chosen.get(target.name) };
    chosen.set(target.name, target.value);
    markAgreement();
  }
  save();
}

function choose(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

for (const button of agreeing) {
  button.addEventListener("click", () => choose(choice("felt", button.value)));
}
undo.addEventListener("click", () => {
  const { name, before } = taken;
  form.elements[name][0].focus({ preventScroll: true });
  choose(choice(name, before));
  taken = null;
});
form.addEventListener("change", change);
form.addEventListener("input", ({ target }) => {
  if (target.name === "note") schedule(TYPING_PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) save();
});
window.addEventListener("online", save);
window.addEventListener("pagehide", flush);
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
window.addEventListener("beforeunload", (event) => {
  if (!navigator.onLine && said() !== saved) event.preventDefault();
});

part("save").hidden = true;
form.classList.add("sheet--live");
markAgreement();
if ([...form.elements].some(isRestored)) {
  saved = null;
  save();
}
