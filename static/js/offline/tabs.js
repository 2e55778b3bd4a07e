/**
 * Keeps the open tabs of a person in agreement. Those of one browser tell each other what has
 * changed; of what was done elsewhere, a tab learns by asking the server while somebody sees it.
 */

import { isTouched, refresh } from "./refresh.js";

const FIRST_PAUSE = 30_000; // milliseconds before a tab that is seen asks the server
const LONGEST_PAUSE = 10 * 60_000; // while nothing changes
const SIGN_IN = "/accounts/login/";

const channel = new BroadcastChannel("tabs");
const { body } = document;

/** Tells the other tabs that the diary has changed without a page being loaded. */
export function tellOfChange() {
  const { diary } = body.dataset;
  if (diary) channel.postMessage({ diary, changed: true });
}

/** Tells the other tabs that a person is signing out. */
export const tellOfSignOut = () => channel.postMessage({ left: body.dataset.diary });

/** Tells the other tabs that nobody is signed in. */
export const tellOfNobody = () => channel.postMessage({ diary: "" });

/** Leaves the page; who ended the session somewhere else comes back to it. */
function leave({ back = false } = {}) {
  const { pathname, search } = location;
  location.replace(back ? `${SIGN_IN}?next=${encodeURIComponent(pathname + search)}` : SIGN_IN);
}

/**
 * Keeps a page of one person in agreement.
 * @param {string} diary whose page it is.
 * @param {{changed: boolean}} since whether this tab has just sent a form.
 */
export function start(diary, { changed }) {
  const toast = document.querySelector("[data-toast]");
  const part = (name) => toast.querySelector(`[data-toast-${name}]`);
  const texts = toast.dataset;
  const { documentElement: root } = document;
  let pause = FIRST_PAUSE;
  let timer = null;
  let due = false; // Something has changed that the server does not number.
  let over = false; // The session has ended.
  let checking = Promise.resolve();

  function say(text, { shows = false } = {}) {
    part("said").textContent = text;
    part("show").hidden = !shows;
    part("close").hidden = !text;
  }

  /** Leads to the sign-in page, unless that loses words: sending them leads there too. */
  function end() {
    over = true;
    clearTimeout(timer);
    if (isTouched()) say(texts.textEnded);
    else leave({ back: true });
  }

  /** Returns whether the server knows of a change that the page does not show. */
  async function hasNews() {
    const headers = { "If-None-Match": `"${diary}.${body.dataset.latest}"` };
    const response = await fetch("/offline/latest/", { headers });
    if (response.status === 401) end();
    if (!response.ok) return false;
    if ((await response.json()).diary === diary) return true;
    leave();
    return false;
  }

  async function check() {
    const isOld = (await hasNews()) || due;
    if (over || !isOld) return;
    due = false;
    pause = FIRST_PAUSE;
    const outcome = await refresh(diary, { gently: true });
    part("updated").textContent = outcome === "shown" ? texts.textUpdated : "";
    if (outcome !== "changed") say("");
    else if (isTouched()) say(texts.textTyping);
    else say(texts.textChanged, { shows: true });
  }

  const mayAsk = () =>
    !over && !document.hidden && navigator.onLine && !navigator.connection?.saveData;

  function askLater() {
    clearTimeout(timer);
    if (mayAsk()) timer = setTimeout(ask, pause);
  }

  /** Checks once nothing else is being checked. */
  async function ask() {
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    checking = checking.then(check).catch(() => {}); // It is asked again.
    await checking;
    askLater();
  }

  /** Asks as soon as somebody sees the page again. */
  function wake() {
    clearTimeout(timer);
    pause = FIRST_PAUSE;
    if (mayAsk() || (due && !document.hidden)) ask();
  }

  function hear({ data }) {
    if (data.left === diary || (data.diary && data.diary !== diary)) leave();
    else if (data.diary === "") end();
    else if (data.changed || Number(data.latest) > Number(body.dataset.latest)) {
      due = true;
      wake();
    }
  }

  async function reconnect() {
    if (root.dataset.keptAt) await refresh(diary).catch(() => {}); // It comes with the next visit.
    wake();
  }

  part("show").addEventListener("click", () => location.reload());
  part("close").addEventListener("click", () => {
    say("");
    document.querySelector("main").focus({ preventScroll: true });
  });
  channel.addEventListener("message", hear);
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", reconnect);
  window.addEventListener("pageshow", ({ persisted }) => persisted && wake());
  if (!root.dataset.keptAt) channel.postMessage({ diary, latest: body.dataset.latest, changed });
  askLater();
}
