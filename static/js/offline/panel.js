/** Shows what waits for a connection, and sends it when there is one. */

import { writer } from "./clock.js";
import { all, changes, discard, keep, sendAll } from "./waiting.js";

const AGAIN = 60_000; // milliseconds between tries while a page is open and something waits

/** Starts the panel of a page for one person. */
export async function start(diary) {
  const panel = document.querySelector("[data-waiting]");
  const part = (name, root = panel) => root.querySelector(`[data-waiting-${name}]`);
  const said = document.querySelector("[data-waiting-said]");
  const words = panel.dataset;
  let shown = [];
  const time = writer({ dateStyle: "medium", timeStyle: "short" });

  function row(moment) {
    const item = panel.querySelector("template").content.cloneNode(true);
    const { refused, photo } = moment;
    part("taken", item).textContent = words.textTaken.replace("TIME", time(moment.at));
    const picture = part("picture", item);
    picture.hidden = !photo;
    if (photo) picture.src = URL.createObjectURL(photo);
    const why = part("refused", item);
    why.hidden = !refused;
    why.textContent = refused?.code === "no_face" ? words.textNoFace : (refused?.detail ?? "");
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
      say(words.textGone);
    });
    return item;
  }

  function say(text) {
    said.textContent = text;
  }

  /** Shows what waits now, and says what has become of what waited before. */
  async function show() {
    const waiting = await all(diary);
    const still = new Set(waiting.map(({ uuid }) => uuid));
    if (waiting.length > shown.length) say(words.textWaits);
    else if (shown.some((uuid) => !still.has(uuid)) && !waiting.length) say(words.textSent);
    shown = [...still];
    panel.hidden = !waiting.length;
    part("title").textContent =
      waiting.length === 1 ? words.textOne : words.textMany.replace("NUMBER", waiting.length);
    part("list").replaceChildren(...waiting.map(row));
    part("send").hidden = waiting.every(({ refused }) => refused);
  }

  async function send() {
    await sendAll(diary).catch(() => {}); // What was not sent goes on waiting.
    await show();
  }

  part("send").addEventListener("click", send);
  changes.addEventListener("message", show);
  window.addEventListener("online", send);
  setInterval(async () => {
    if ((await all(diary)).length) send();
  }, AGAIN);
  await show();
  said.textContent = "";
  await send();
}
