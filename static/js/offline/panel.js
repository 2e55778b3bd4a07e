/**
 * Shows the moments that wait for a connection, and sends them once there is one.
 *
 * It also runs on pages that a browser has kept for offline use, so the attributes that it looks
 * for must not be renamed.
 */

import { writer } from "./clock.js";
import { all, changes, discard, keep, sendAll } from "./waiting.js";

const RETRY_INTERVAL = 60_000; // milliseconds, while a page is open and something waits

/** Starts the panel of a page for one person. */
export async function start(diary) {
  const panel = document.querySelector("[data-waiting]");
  const part = (name, root = panel) => root.querySelector(`[data-waiting-${name}]`);
  const status = document.querySelector("[data-waiting-said]");
  const texts = panel.dataset;
  const formatTime = writer({ dateStyle: "medium", timeStyle: "short" });
  let shown = null; // what the page has found waiting, once it has looked

  function row(moment) {
    const item = panel.querySelector("template").content.cloneNode(true);
    const { refused, photo } = moment;
    part("taken", item).textContent = texts.textTaken.replace("TIME", formatTime(moment.at));
    const picture = part("picture", item);
    picture.hidden = !photo;
    if (photo) picture.src = URL.createObjectURL(photo);
    const reason = part("refused", item);
    reason.hidden = !refused;
    reason.textContent = refused?.code === "no_face" ? texts.textNoFace : (refused?.detail ?? "");
    const anyway = part("anyway", item);
    anyway.hidden = refused?.code !== "no_face";
    anyway.addEventListener("click", async () => {
      const fields = { ...moment.fields, keep_without_face: true };
      await keep({ ...moment, fields, refused: undefined });
      await send();
    });
    part("discard", item).addEventListener("click", async () => {
      shown = shown.filter((uuid) => uuid !== moment.uuid);
      await discard(moment.uuid);
      status.textContent = texts.textGone;
    });
    return item;
  }

  /** Shows what waits now, and announces what has become of what waited before. */
  async function show() {
    const waiting = await all(diary);
    const uuids = new Set(waiting.map(({ uuid }) => uuid));
    if (shown && waiting.length > shown.length) status.textContent = texts.textWaits;
    else if (shown?.some((uuid) => !uuids.has(uuid)) && !waiting.length) {
      status.textContent = texts.textSent;
    }
    shown = [...uuids];
    panel.hidden = !waiting.length;
    part("title").textContent =
      waiting.length === 1 ? texts.textOne : texts.textMany.replace("NUMBER", waiting.length);
    part("list").replaceChildren(...waiting.map(row));
    part("send").hidden = waiting.every(({ refused }) => refused);
  }

  async function send() {
    await sendAll(diary).catch(() => {}); // Whatever was not sent keeps waiting.
    await show();
  }

  part("send").addEventListener("click", send);
  changes.addEventListener("message", show);
  window.addEventListener("online", send);
  setInterval(async () => {
    if ((await all(diary)).length) send();
  }, RETRY_INTERVAL);
  await show();
  await send();
}
