/**
 * Shows how far something is, in place, until it has ended.
 * Without this module a button looks again.
 */

const PAUSE = 2000; // milliseconds

const state = document.querySelector("[data-followed-state]");

function heading() {
  return document.querySelector("main h1").textContent.trim();
}

async function look() {
  const response = await fetch(location.href);
  if (!response.ok || response.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const before = heading();
  const shown = document.querySelector("[data-follow]");
  const current = page.querySelector("[data-follow]");
  shown.replaceWith(current ?? page.querySelector("[data-followed-state] + *"));
  if (heading() !== before) state.textContent = heading();
  if (current) follow();
}

/** Look again after a while; without a connection, go on trying. */
function follow() {
  setTimeout(() => look().catch(follow), PAUSE);
}

follow();
