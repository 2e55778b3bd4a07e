/**
 * The service worker: fresh answers first, and where the line is away what was kept of a person's
 * recent days. The server marks what may be kept, and whose it is; there is one diary at a time.
 */

import { forgetPages, sendMine } from "./waiting.js";

const SHELL = "shell";
const WHOSE = "X-Diary";
const PATIENCE = 4000; // milliseconds until a kept page is shown instead of a slow one
const FRESH = 10 * 60 * 1000; // milliseconds in which a kept page is not asked for again
const MOST_KEPT = 200;
const AWAY = [502, 503, 504];
/** Downloads of any length, and what is no page of a diary. */
const UNTOUCHED = ["/api/", "/admin/", "/data/", "/healthz", "/readyz", "/service-worker.js"];

const wait = (time) => new Promise((done) => setTimeout(done, time));
const age = (answer) => Date.now() - Date.parse(answer.headers.get("Date") ?? 0);

/** The one diary that is kept, if any. */
async function diary() {
  const name = (await caches.keys()).find((one) => one.startsWith("diary-"));
  return name && caches.open(name);
}

const find = async (address) => (await diary())?.match(address);

/** The headers of an answer as its body is read: in its original length. */
function decoded(answer) {
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return headers;
}

/** Keeps an answer that the server says may be kept; forgets what is there no more. */
async function keep(address, answer) {
  const whose = answer.headers.get(WHOSE);
  if ([404, 410].includes(answer.status)) await (await diary())?.delete(address);
  if (!answer.ok || !whose) return;
  await forgetPages({ butOf: whose });
  const cache = await caches.open(`diary-${whose}`);
  // Whole: what breaks off half-way would leave nothing, not even the copy before.
  const content = await answer.blob();
  await cache.put(address, new Response(content, { headers: decoded(answer) }));
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, -MOST_KEPT).map((one) => cache.delete(one)));
}

/** A kept page that knows when it was fresh, which `page.js` says in words. */
async function marked(kept) {
  const html = await kept.text();
  const since = kept.headers.get("Date") ?? "";
  const told = html.replace("<html ", `<html data-kept-at="${since}" `);
  return new Response(told, { headers: kept.headers });
}

/** Asks the server, and keeps what it answers; the event stays until that is done. */
function fetched(event) {
  const answering = fetch(event.request);
  const keeping = answering.then((answer) => keep(event.request.url, answer.clone()));
  event.waitUntil(keeping.catch(() => {}));
  return answering;
}

async function page(event, offline) {
  const answering = fetched(event);
  const kept = await find(event.request.url);
  if (!kept) return answering.catch(() => caches.match(offline));
  const answer = await Promise.race([answering.catch(() => null), wait(PATIENCE)]);
  return answer && !AWAY.includes(answer.status) ? answer : marked(kept);
}

async function part(event) {
  const answering = fetched(event);
  return answering.catch(async (error) => {
    const kept = await find(event.request.url);
    if (kept) return kept;
    throw error;
  });
}

/** Styles and scripts have names that change with them, or are asked for again; both work. */
async function shell(event) {
  const { request } = event;
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) event.waitUntil(cache.put(request, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** Fetches recent days with their small pictures, so that they are there when the line is not. */
async function keepAhead(addresses) {
  for (const path of addresses) {
    const address = new URL(path, location.origin).href;
    const kept = await find(address);
    if (kept && age(kept) < FRESH) continue;
    const answer = await fetch(address, { redirect: "error" });
    const html = await answer.clone().text();
    await keep(address, answer);
    const pictures = html.match(/\/captures\/[\w-]+\/thumbnail/g) ?? [];
    for (const picture of new Set(pictures)) {
      const place = new URL(picture, location.origin).href;
      if (!(await find(place))) await keep(place, await fetch(place));
    }
  }
}

/** Forgets everything about some moments: they are about to change or to go. */
async function forget(uuids) {
  const cache = await diary();
  if (!cache) return;
  const touched = (await cache.keys()).filter(({ url }) => uuids.some((one) => url.includes(one)));
  await Promise.all(touched.map((one) => cache.delete(one)));
}

async function install(addresses) {
  const cache = await caches.open(SHELL);
  await cache.addAll(addresses.map((address) => new Request(address, { cache: "reload" })));
  await self.skipWaiting();
}

/**
 * Begins to work.
 * @param {{static: string, shell: string[]}} site where the shell lies and what belongs to it; its
 *   last part is the page for what is not kept.
 */
export function start(site) {
  const offline = site.shell.at(-1);

  self.addEventListener("install", (event) => event.waitUntil(install(site.shell)));
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener("sync", (event) => event.waitUntil(sendMine()));

  self.addEventListener("message", (event) => {
    const { ahead = [], changing = [] } = event.data;
    event.waitUntil(forget(changing).then(() => keepAhead(ahead).catch(() => {})));
  });

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (UNTOUCHED.some((place) => pathname.startsWith(place))) return;
    if (pathname.startsWith(site.static)) event.respondWith(shell(event));
    else if (request.mode === "navigate") event.respondWith(page(event, offline));
    else if (["image", "style"].includes(request.destination)) event.respondWith(part(event));
  });
}
