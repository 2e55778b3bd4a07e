/**
 * Shows the moments that wait for a connection, and sends them once there is one.
 *
 * It also runs on pages that a browser has kept for offline use, so the attributes that it looks
 * for must not be renamed, and those that came later may be missing.
 */

import { newUuid } from "../api.js";
import { writer } from "./clock.js";
import { chosenWords, labelOf, looksInWords, mend } from "./mend.js";
import { refresh } from "./refresh.js";
import { all, changes, discard, keep, sendAll } from "./waiting.js";

const RETRY_INTERVAL = 60_000; // milliseconds, while a page is open and something waits

/** Returns once a person's moments wait. */
function somethingWaits(diary) {
  return new Promise((resolve) => {
    const look = async () => (await all(diary)).length && resolve();
    changes.addEventListener("message", look);
    look();
  });
}

/** Brings the panel to a page; without it, again whenever the connection is back. */
async function bringPanel() {
  const { lang } = document.documentElement;
  const response = await fetch(`/offline/mending/${lang}/`).catch(() => null);
  if (!response?.ok) {
    await new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
    return bringPanel();
  }
  const parts = new DOMParser().parseFromString(await response.text(), "text/html").body;
  return document.querySelector("[data-waiting-said]").before(...parts.childNodes);
}

/** Starts the panel of a page for one person; most pages bring it only once something waits. */
export async function start(diary) {
  if (!document.querySelector("[data-waiting]")) {
    await somethingWaits(diary);
    await bringPanel();
  }
  const panel = document.querySelector("[data-waiting]");
  const part = (name, root = panel) =>
    root.querySelector(`[data-waiting-${name}]`) ?? document.createElement("span");
  const status = document.querySelector("[data-waiting-said]");
  const undo = part("undo", document);
  const texts = panel.dataset;
  const formatTime = writer({ dateStyle: "medium", timeStyle: "short" });
  let shown = null; // what the page has found waiting, once it has looked

  /** Returns in words why the server did not take a moment. */
  function reasonOf({ code, detail, errors = {} }) {
    if (code === "no_face") return texts.textNoFace;
    if (code === "consent_required") return texts.textConsent;
    if (code === "reads_here") return texts.textReadsHere;
    const lines = Object.entries(errors).map(([name, problems]) =>
      [labelOf(name), problems.join(" ")].filter(Boolean).join(": "),
    );
    if (lines.length) return lines.join(" ");
    return /^\d*$/.test(detail) ? texts.textUnexplained : detail;
  }

  /** Sends a moment again; one that is in the trash meanwhile becomes another. */
  async function sendAgain(moment, { code }) {
    part("list").inert = true; // What it shows is out of date until the next look.
    if (code === "deleted") await discard(moment.uuid);
    const uuid = code === "deleted" ? newUuid() : moment.uuid;
    await keep({ ...moment, uuid, refused: undefined });
    await send();
  }

  async function discardAfterAll(moment) {
    shown = shown.filter((uuid) => uuid !== moment.uuid);
    await discard(moment.uuid);
    status.textContent = texts.textGone;
    undo.hidden = false;
    undo.focus();
    undo.onclick = async () => {
      undo.hidden = true;
      status.textContent = "";
      await keep(moment);
      await show();
    };
  }

  /** Offers what can be done with a moment that the server has refused. */
  function offer(item, moment) {
    const { refused, fields } = moment;
    const reason = reasonOf(refused);
    part("refused", item).hidden = false;
    part("refused", item).textContent = reason;
    part("anyway", item).hidden = refused.code !== "no_face";
    part("anyway", item).addEventListener("click", () =>
      sendAgain({ ...moment, fields: { ...fields, keep_without_face: true } }, refused),
    );
    part("consent", item).hidden = refused.code !== "consent_required";
    part("allow", item).hidden = refused.code !== "reads_here";
    part("allow", item).addEventListener("click", () =>
      sendAgain({ ...moment, allowed: true }, refused),
    );
    part("mend", item).hidden = refused.code === "reads_here";
    part("mend", item).addEventListener("click", () =>
      mend(moment, reason, (right) => sendAgain(right, refused)),
    );
    part("again", item).hidden = ["invalid", "no_face", "reads_here"].includes(refused.code);
    part("again", item).addEventListener("click", () => sendAgain(moment, refused));
  }

  function row(moment) {
    const item = panel.querySelector("template").content.cloneNode(true);
    const { refused, photo, fields, looks } = moment;
    part("state", item).textContent = refused ? texts.textNotSent : texts.textPending;
    part("taken", item).textContent = texts.textTaken.replace("TIME", formatTime(moment.at));
    const words = [looksInWords(looks, texts), ...chosenWords(fields)].filter(Boolean);
    part("chosen", item).textContent = words.join(" · ");
    part("note", item).textContent = fields.note ?? "";
    part("tags", item).textContent = fields.tags?.join(" · ") ?? "";
    part("words", item).hidden = Boolean(photo);
    const picture = part("picture", item);
    picture.hidden = !photo;
    if (photo) picture.src = URL.createObjectURL(photo);
    if (refused) offer(item, moment);
    part("discard", item).addEventListener("click", () => discardAfterAll(moment));
    return item;
  }

  function titleOf({ length }, due) {
    if (due) return length === 1 ? texts.textOne : texts.textMany.replace("NUMBER", length);
    return length === 1 ? texts.textOneRefused : texts.textManyRefused.replace("NUMBER", length);
  }

  /** Shows what waits now, and announces what has become of what waited before. */
  async function show() {
    const waiting = await all(diary);
    const uuids = new Set(waiting.map(({ uuid }) => uuid));
    const arrived = shown && waiting.length > shown.length;
    const sent = shown?.some((uuid) => !uuids.has(uuid));
    const due = waiting.some(({ refused }) => !refused);
    if (arrived || sent) undo.hidden = true;
    if (arrived) status.textContent = texts.textWaits;
    else if (sent && !waiting.length) status.textContent = texts.textSent;
    shown = [...uuids];
    panel.hidden = !waiting.length;
    part("title").textContent = titleOf(waiting, due);
    part("where").hidden = !due;
    part("list").replaceChildren(...waiting.map(row));
    part("list").inert = false;
    part("send").hidden = !due;
    if (arrived) status.scrollIntoView({ block: "nearest" });
    if (sent && !due) await refresh(diary).catch(() => {}); // It comes with the next visit.
  }

  async function send() {
    await sendAll(diary).catch(() => {}); // Whatever was not sent keeps waiting.
    await show();
  }

  // It stands where one looks for it: with the day's moments, or below what was just sent.
  document.querySelector("[data-waiting-after]")?.after(status);
  status.before(panel);
  status.after(undo);
  part("send").addEventListener("click", send);
  changes.addEventListener("message", show);
  window.addEventListener("online", send);
  setInterval(async () => {
    if ((await all(diary)).length) send();
  }, RETRY_INTERVAL);
  await show();
  await send();
}
