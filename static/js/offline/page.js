/**
 * What every page does so that the diary works without a connection: installs the service worker,
 * says when a page is an old one, and lets nothing of a person stay after they have gone.
 */

import { writer } from "./clock.js";
import { start as startPanel } from "./panel.js";
import { forgetPages, onlyOf, purge } from "./waiting.js";

const { keptAt } = document.documentElement.dataset;
const { diary, ahead } = document.body.dataset;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function sayItIsOld() {
  const line = document.querySelector("[data-kept-line]");
  const time = writer({ weekday: "long", hour: "numeric", minute: "numeric" });
  line.textContent = line.dataset.text.replace("TIME", time(keptAt));
  line.hidden = false;
}

async function installWorker() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/service-worker.js", { type: "module", scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  if (ahead && !keptAt) active.postMessage({ ahead: ahead.split(" ") });
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target.method !== "post" || !navigator.onLine) return;
    const said = [submitter?.formAction || target.action, ...new FormData(target).values()].join(" ");
    const changing = said.match(UUID) ?? [];
    if (changing.length) active.postMessage({ changing });
  });
}

/** Whoever signs out leaves nothing here, whatever becomes of the request. */
function purgeAtSignOut() {
  const form = document.querySelector("form[data-sign-out]");
  form?.addEventListener(
    "submit",
    async (event) => {
      event.preventDefault();
      await purge();
      form.submit();
    },
    { once: true },
  );
}

if (keptAt) sayItIsOld();
if (diary) {
  purgeAtSignOut();
  await Promise.all([onlyOf(diary), forgetPages({ butOf: diary })]);
  startPanel(diary);
  await installWorker();
} else if (diary === "") {
  // Nobody is signed in. What somebody has not sent yet waits until they, or another, sign in.
  await forgetPages();
}
