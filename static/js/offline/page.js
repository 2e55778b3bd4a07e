/**
 * What every page does so that the diary works offline and in several tabs: it installs the service
 * worker, says when the page is an old copy, agrees with other tabs, and removes a person's data
 * once they have signed out.
 */

import { writer } from "./clock.js";
import { start as startPanel } from "./panel.js";
import { start as startAgreeing, tellOfNobody, tellOfSignOut } from "./tabs.js";
import { forgetPages, onlyOf, purge } from "./waiting.js";

const { keptAt } = document.documentElement.dataset;
const { diary, ahead } = document.body.dataset;
const SENT = "sent"; // in the storage of the tab: whose form has led to the next page
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function showAge() {
  const line = document.querySelector("[data-kept-line]");
  const format = writer({ weekday: "long", hour: "numeric", minute: "numeric" });
  line.textContent = line.dataset.text.replace("TIME", format(keptAt));
  line.hidden = false;
}

async function installWorker() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/service-worker.js", { type: "module", scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  if (ahead && !keptAt) active.postMessage({ ahead: ahead.split(" ") });
}

/** Returns whether this tab has sent a form of this person's, for the page that it shows now. */
function hasSent() {
  const sender = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  return sender === diary;
}

/** Lets the service worker forget the pages that a form is about to change, as of a moment. */
function forgetWhatChanges() {
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target.method !== "post" || !navigator.onLine) return;
    sessionStorage.setItem(SENT, diary);
    const values = [submitter?.formAction || target.action, ...new FormData(target).values()];
    const pages = target.dataset.changes?.split(" ") ?? [];
    const changing = [...(values.join(" ").match(UUID) ?? []), ...pages];
    if (!changing.length) return;
    navigator.serviceWorker?.ready.then(({ active }) => active.postMessage({ changing }));
  });
}

/** Removes everything when a person signs out, even if the request then fails. */
function removeEverythingAtSignOut() {
  const form = document.querySelector("form[data-sign-out]");
  form?.addEventListener(
    "submit",
    async (event) => {
      event.preventDefault();
      await purge();
      tellOfSignOut();
      form.submit();
    },
    { once: true },
  );
}

if (keptAt) showAge();
if (diary) {
  removeEverythingAtSignOut();
  forgetWhatChanges();
  startPanel(diary); // first, so that it hears of whatever is kept from now on
  startAgreeing(diary, { changed: hasSent() });
  await Promise.all([onlyOf(diary), forgetPages({ butOf: diary })]);
  await installWorker();
} else if (diary === "") {
  // Nobody is signed in. Moments that were not sent stay until their person, or another, signs in.
  tellOfNobody();
  await forgetPages();
}
