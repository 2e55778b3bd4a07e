/**
 * The service worker. It asks the server first and falls back on what it has kept of a person's
 * recent days. The server decides which answers may be kept and marks whose they are; only one
 * diary is kept at a time.
 */

import * as reader from "./reader_files.js";
import { forgetPages, sendMine } from "./waiting.js";

const SHELL = "shell";
const OWNER_HEADER = "X-Diary";
const PAGE_TIMEOUT = 4000; // milliseconds before a kept page is shown instead of a slow one
const MAX_AGE = 10 * 60 * 1000; // milliseconds during which a kept page is not fetched ahead again
const MAX_KEPT = 200;
const STATIC_FILES = /\/static\/[^"'\s#]+/g;
const WITH_HASH = /\.[0-9a-f]{12}\.\w+$/;
const UNAVAILABLE = [502, 503, 504];
/** Downloads of any length, and whatever is not a page of a diary. */
const UNTOUCHED = ["/api/", "/admin/", "/data/", "/healthz", "/readyz", "/service-worker.js"];

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const ageOf = (response) => Date.now() - Date.parse(response.headers.get("Date") ?? 0);

/** Opens the cache of the one diary that is kept, if there is one. */
async function openDiary() {
  const name = (await caches.keys()).find((key) => key.startsWith("diary-"));
  return name && caches.open(name);
}

const find = async (address) => (await openDiary())?.match(address);

/** Returns the headers of a response for its decoded body, whose length is another. */
function headersOfDecoded(response) {
  const headers = new Headers(response.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return headers;
}

/** Keeps a response if the server allows it, and forgets a page that no longer exists. */
async function keep(address, response) {
  const owner = response.headers.get(OWNER_HEADER);
  if ([404, 410].includes(response.status)) await (await openDiary())?.delete(address);
  if (!response.ok || !owner) return;
  await forgetPages({ butOf: owner });
  const cache = await caches.open(`diary-${owner}`);
  // Read it to the end first: a download that breaks off must not replace the copy we have.
  const content = await response.blob();
  await cache.put(address, new Response(content, { headers: headersOfDecoded(response) }));
  const addresses = await cache.keys();
  await Promise.all(addresses.slice(0, -MAX_KEPT).map((oldest) => cache.delete(oldest)));
}

/** Returns a kept page that knows when it was fetched; `page.js` shows that to the reader. */
async function marked(kept) {
  const html = await kept.text();
  const since = kept.headers.get("Date") ?? "";
  const dated = html.replace("<html ", `<html data-kept-at="${since}" `);
  return new Response(dated, { headers: kept.headers });
}

/** Asks the server and keeps its response; the event stays alive until that is done. */
function fetchAndKeep(event) {
  const fetching = fetch(event.request);
  const keeping = fetching.then((response) => keep(event.request.url, response.clone()));
  event.waitUntil(keeping.catch(() => {}));
  return fetching;
}

async function page(event, offline) {
  const fetching = fetchAndKeep(event);
  const kept = await find(event.request.url);
  if (!kept) return fetching.catch(() => caches.match(offline));
  const response = await Promise.race([fetching.catch(() => null), wait(PAGE_TIMEOUT)]);
  return response && !UNAVAILABLE.includes(response.status) ? response : marked(kept);
}

/** Answers for a picture or a style sheet that belongs to a page. */
async function subresource(event) {
  const fetching = fetchAndKeep(event);
  return fetching.catch(async (error) => {
    const kept = await find(event.request.url);
    if (kept) return kept;
    throw error;
  });
}

/**
 * Answers for a file that is the same to everybody: from the network, or else the copy that was
 * fetched last. That comes first where its name says that it is the same for ever.
 */
async function shell(event) {
  const { request } = event;
  const cache = await caches.open(SHELL);
  // The request of a page has headers that the one of the installation has not.
  const findKept = () => cache.match(request, { ignoreVary: true });
  const same = WITH_HASH.test(request.url) && (await findKept());
  if (same) return same;
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(cache.put(request, response.clone()));
    return response;
  } catch (error) {
    const kept = await findKept();
    if (kept) return kept;
    throw error;
  }
}

/**
 * Keeps the files of a page that was not opened: another release may have made it. What reads
 * photos is large, and is kept once a photo was read.
 */
async function keepFilesOf(html) {
  const cache = await caches.open(SHELL);
  for (const path of new Set(html.match(STATIC_FILES))) {
    if (path.includes("/vendor/litert/")) continue;
    if (!(await cache.match(path))) await cache.add(path).catch(() => {});
  }
}

/** Forgets files of earlier releases, except those of pages that are kept. */
async function sweep(current) {
  const needed = new Set(current);
  const diary = await openDiary();
  for (const address of (await diary?.keys()) ?? []) {
    const kept = await diary.match(address);
    if (!kept.headers.get("Content-Type")?.startsWith("text/html")) continue;
    for (const path of (await kept.text()).match(STATIC_FILES) ?? []) needed.add(path);
  }
  const cache = await caches.open(SHELL);
  const names = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  // A name without a hash is there once, in its latest version.
  const stale = names.filter((name) => WITH_HASH.test(name) && !needed.has(name));
  await Promise.all(stale.map((name) => cache.delete(name)));
}

async function activate(current) {
  await self.clients.claim();
  await sweep(current);
}

/** Fetches recent days with their thumbnails while there is a connection. */
async function keepAhead(paths, maxAge) {
  for (const path of paths) {
    const address = new URL(path, location.origin).href;
    const kept = await find(address);
    if (kept && ageOf(kept) < maxAge) continue;
    // Whoever has not consented yet is sent elsewhere, which is no page to keep.
    const response = await fetch(address, { redirect: "manual" });
    const html = await response.clone().text();
    await keep(address, response);
    if (!response.headers.has(OWNER_HEADER)) continue;
    await keepFilesOf(html);
    const thumbnails = html.match(/\/captures\/[\w-]+\/thumbnail\/\w+/g) ?? [];
    for (const thumbnail of new Set(thumbnails)) {
      const source = new URL(thumbnail, location.origin).href;
      if (!(await find(source))) await keep(source, await fetch(source));
    }
  }
}

/** Forgets every page about some moments, which are about to be changed or deleted. */
async function forget(uuids) {
  const cache = await openDiary();
  if (!cache) return;
  const requests = await cache.keys();
  const outdated = requests.filter(({ url }) => uuids.some((uuid) => url.includes(uuid)));
  await Promise.all(outdated.map((request) => cache.delete(request)));
}

async function install(addresses) {
  const cache = await caches.open(SHELL);
  await cache.addAll(addresses.map((address) => new Request(address, { cache: "reload" })));
  await self.skipWaiting();
}

/**
 * Starts the service worker.
 * @param {{static: string, shell: string[]}} site the path of static files, and the files that
 *   pages need without a connection; the last of them is the page for everything that is not kept.
 */
export function start(site) {
  const offline = site.shell.at(-1);

  self.addEventListener("install", (event) => event.waitUntil(install(site.shell)));
  self.addEventListener("activate", (event) => event.waitUntil(activate(site.shell)));
  self.addEventListener("sync", (event) => event.waitUntil(sendMine()));

  self.addEventListener("message", (event) => {
    const { ahead = [], changing = [], maxAge = MAX_AGE } = event.data;
    event.waitUntil(forget(changing).then(() => keepAhead(ahead, maxAge).catch(() => {})));
  });

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (reader.isOfReader(pathname)) event.respondWith(reader.respond(event));
    else if (UNTOUCHED.some((path) => pathname.startsWith(path))) return;
    else if (pathname.startsWith(site.static)) event.respondWith(shell(event));
    else if (request.mode === "navigate") event.respondWith(page(event, offline));
    else if (site.shell.includes(pathname)) event.respondWith(shell(event));
    else if (["image", "style"].includes(request.destination)) {
      event.respondWith(subresource(event));
    }
  });
}
