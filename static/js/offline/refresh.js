/** Shows a page anew, in place, once it has changed or the connection is back. */

const COMPARED =
  "img:not([src^='blob:']), time, input:not([type=hidden], [type=datetime-local]), [selected]";
const ATTRIBUTES = ["src", "datetime", "value", "checked"];
/** Forms that save by themselves, and are asked when they contradict what was said elsewhere. */
const SAVED_AS_ONE_GOES = "[data-sheet]";

const { body } = document;
const partsOf = (page) => [...page.querySelectorAll("[data-part]")];
const namesOf = (page) => partsOf(page).map(({ dataset }) => dataset.part);

/** Returns what a page shows, as one text to compare; "" where nothing of the diary is shown. */
function textOf(page) {
  const main = page.querySelector("main");
  if (main.querySelector("[data-note-form], [data-upload], [data-live]")) return "";
  const marks = [...main.querySelectorAll(COMPARED)].map((one) =>
    JSON.stringify(ATTRIBUTES.map((name) => one.getAttribute(name))),
  );
  const opened = main.querySelector("[name=opened_with]");
  if (opened) return [opened.value, ...marks].join("\n");
  const shown = [...main.children].filter((part) => !part.matches("[hidden], [role=status]"));
  return [...shown.map(({ textContent }) => textContent), ...marks].join("\n");
}

let fetched = textOf(document); // before any script has changed it

function isChanged(field) {
  if (field.type === "hidden" || field.closest(`${SAVED_AS_ONE_GOES}, dialog`)) return false;
  if (["radio", "checkbox"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field.localName !== "select") return field.value !== (field.defaultValue ?? field.value);
  const chosen = [...field.options].findIndex(({ defaultSelected }) => defaultSelected);
  return field.selectedIndex !== Math.max(chosen, 0);
}

/** Tells whether somebody has filled in something that is not sent, or that was refused. */
export const isTouched = () =>
  Boolean(document.querySelector("main .errorlist:not([hidden])")) ||
  [...document.querySelectorAll("main :is(input, select, textarea)")].some(isChanged);

/** Tells whether the parts of a page can be replaced without anything being lost. */
function canBeReplaced(page) {
  const focused = document.activeElement.closest("[data-part] *");
  return (
    namesOf(document).length &&
    namesOf(document).join() === namesOf(page).join() &&
    !document.querySelector("main .chart") &&
    !isTouched() &&
    (!focused || focused.matches("a[href]"))
  );
}

function replaceParts(page) {
  const focused = document.activeElement;
  for (const part of partsOf(document)) {
    const current = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!current) continue;
    const folds = [...part.querySelectorAll("details")];
    for (const [index, fold] of current.querySelectorAll("details").entries()) {
      fold.open ||= folds[index]?.open ?? false;
    }
    part.replaceWith(current);
  }
  if (focused.isConnected) return;
  const address = CSS.escape(focused.getAttribute("href") ?? "");
  document.querySelector(`main [href="${address}"]`)?.focus({ preventScroll: true });
}

/** Notes that the page is no copy of an earlier day any more, and has the worker keep it. */
async function keepAsItIs() {
  document.querySelector("[data-kept-line]").hidden = true;
  delete document.documentElement.dataset.keptAt;
  const registration = await navigator.serviceWorker?.getRegistration("/");
  registration?.active?.postMessage({ ahead: [location.pathname], maxAge: 0 });
}

async function refreshNow(diary, { gently = false } = {}) {
  if (!gently && !partsOf(document).length) return "same";
  const response = await fetch(location.href);
  if ([404, 410].includes(response.status)) return "changed";
  if (!response.ok || response.redirected) return "same";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.body.dataset.diary !== diary) return "changed";
  body.dataset.latest = page.body.dataset.latest;
  const text = textOf(page);
  const shown = document.querySelector("[name=opened_with]") ? textOf(document) : fetched;
  if (gently && text === shown) return "same";
  if (gently && !canBeReplaced(page)) return "changed";
  fetched = text;
  replaceParts(page);
  await keepAsItIs();
  return "shown";
}

let latest = Promise.resolve(); // so that an answer never replaces a later one

/**
 * Replaces each part of the page by what it is now, if this is still its person.
 * @param {string} diary whose page it is.
 * @param {{gently?: boolean}} how gently: only if it shows something else now, and nothing that
 *   somebody types, has opened or is reading gets lost by it.
 * @returns {Promise<"same" | "shown" | "changed">} what has become of it; `changed` if it is not
 *   what it shows any more.
 */
export function refresh(diary, how) {
  const next = () => refreshNow(diary, how);
  latest = latest.then(next, next);
  return latest;
}
