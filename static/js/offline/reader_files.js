/**
 * Keeps in this browser what reads photos on it, once it was used. The service worker answers with
 * these files, so photos are read without a connection too.
 */

const READER = "reader"; // a cache, which tells nothing of any person
const CARD = "/api/v1/model/";
const FILES = "/model-files/"; // each under its hash

/** Tells whether a path is that of a file of the reader, or of the list of them. */
export const isOfReader = (path) => path === CARD || path.startsWith(FILES);

/** Keeps the list, and forgets files that it does not name: another version reads now. */
async function keepCard(request, response) {
  const cache = await caches.open(READER);
  const { files } = await response.clone().json();
  await cache.put(request, response);
  const needed = new Set(files.map(({ url }) => new URL(url, location.origin).href));
  const kept = await cache.keys();
  const stale = kept.filter(({ url }) => url.includes(FILES) && !needed.has(url));
  await Promise.all(stale.map((earlier) => cache.delete(earlier)));
}

const find = async (request) =>
  (await caches.open(READER)).match(request, { ignoreVary: true });

/** Answers with the list of files as the server has it, or else as it had it last. */
async function card(event) {
  try {
    const response = await fetch(event.request);
    if (response.ok) {
      event.waitUntil(keepCard(event.request, response.clone()).catch(() => {}));
    }
    return response;
  } catch (error) {
    const kept = await find(event.request);
    if (kept) return kept;
    throw error;
  }
}

/** Answers with a file, which is fetched once: what its name stands for never changes. */
async function file(event) {
  const { request } = event;
  const kept = request.cache === "reload" ? null : await find(request);
  if (kept) return kept;
  const response = await fetch(request);
  const copy = response.clone();
  if (response.ok) {
    event.waitUntil(caches.open(READER).then((cache) => cache.put(request, copy)));
  }
  return response;
}

/** Answers a request for a file of the reader, or for the list of them. */
export const respond = (event) =>
  new URL(event.request.url).pathname === CARD ? card(event) : file(event);
