/**
 * The moments that wait in this browser for a connection, and how they are sent. Both pages and the
 * service worker import this module. Every moment belongs to one person and is sent under the UUID
 * that it was given when it was taken, so sending it twice records it once.
 *
 * Pages that a browser has kept for offline use run their old scripts with the latest version of
 * this module, so its exports must not be renamed.
 */

const DATABASE = "diary";
const STORE = "waiting";
const CHANNEL = "waiting"; // also the name of the lock and of the background sync

/** Receives a message whenever a page or the service worker has changed what waits. */
export const changes = new BroadcastChannel(CHANNEL);
// A channel does not hear its own messages, so they are sent through a second one.
const announcements = new BroadcastChannel(CHANNEL);

const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function withStore(mode, work) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "uuid" });
  const database = await resultOf(opening);
  try {
    return await resultOf(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Returns the moments of a person that wait, oldest first. */
export async function all(diary) {
  const moments = await withStore("readonly", (store) => store.getAll());
  const mine = moments.filter((moment) => moment.diary === diary);
  return mine.sort((a, b) => (a.at < b.at ? -1 : 1));
}

/**
 * Stores a moment until it can be sent.
 * @param {{diary: string, uuid: string, at: string, zone: string, fields: object, photo?: Blob,
 *   allowed?: boolean, reading?: object, looks?: string[]}}
 *   moment its person, its UUID, when and in which time zone it was taken, and the other fields of
 *   the API; a photo, which may be allowed to be sent though the person's photos are read on their
 *   devices, or what was read of it there, and what it looks like.
 */
export async function keep(moment) {
  await withStore("readwrite", (store) => store.put(moment));
  announcements.postMessage({});
  // Browsers that support it send the moment even after every page of ours is closed.
  const registration = await navigator.serviceWorker?.getRegistration("/");
  await registration?.sync?.register(CHANNEL).catch(() => {});
}

export async function discard(uuid) {
  await withStore("readwrite", (store) => store.delete(uuid));
  announcements.postMessage({});
}

/** Removes the moments of everybody but this person. */
export async function onlyOf(diary) {
  const moments = await withStore("readonly", (store) => store.getAll());
  const others = moments.filter((moment) => moment.diary !== diary);
  for (const { uuid } of others) await discard(uuid);
}

/** Removes everything that this browser stores about anybody. */
export async function purge() {
  await withStore("readwrite", (store) => store.clear());
  await forgetPages();
}

/** Removes the stored pages and pictures of everybody, or of everybody but one person. */
export async function forgetPages({ butOf = null } = {}) {
  if (!("caches" in self)) return;
  const names = (await caches.keys()).filter(
    (name) => name.startsWith("diary-") && name !== `diary-${butOf}`,
  );
  await Promise.all(names.map((name) => caches.delete(name)));
}

const CAPTURES = "/api/v1/captures/";

function requestOf({ uuid, at, zone, fields, photo, reading }) {
  const values = { ...fields, ...reading, uuid, taken_at: at, time_zone: zone };
  if (!photo) {
    return {
      path: reading ? `${CAPTURES}readings/` : CAPTURES,
      body: JSON.stringify(values),
      headers: { "Content-Type": "application/json" },
    };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value ?? []].flat()) form.append(name, one);
  }
  form.append("photo", photo, "photo.jpg");
  return { path: CAPTURES, body: form, headers: {} };
}

/** What only the person can change; any other 403 is a session that has ended. */
const THEIRS_TO_CHANGE = ["consent_required", "storage_full"];

/** Sends one moment. Throws if it should be tried again later. */
async function sendMoment(moment, token) {
  const { path, body, headers } = requestOf(moment);
  const response = await fetch(path, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json", ...headers },
    body,
  });
  const { status } = response;
  // Nobody else knows the UUID, so a conflict can only be with an earlier attempt of ours.
  if (response.ok || status === 409) return discard(moment.uuid);
  const { code = "", detail = "", errors } = await response.json().catch(() => ({}));
  const ended = status === 401 || (status === 403 && !THEIRS_TO_CHANGE.includes(code));
  if (ended || [408, 429].includes(status) || status >= 500) throw new Error(`Later: ${status}`);
  return keep({ ...moment, refused: { code, detail, errors } });
}

/** Whoever has chosen since to have photos read on their devices sends none without another word. */
const mayBeSent = ({ photo, allowed }, { reads_here: readsHere }) =>
  !photo || allowed || !readsHere;

/** Runs alone: pages and the service worker wait for each other, so nothing is sent twice. */
const withLock = (work) => (navigator.locks ? navigator.locks.request(CHANNEL, work) : work());

/**
 * Sends a person's waiting moments, except those that the server has refused, provided that the
 * browser is still signed in as that person.
 * @returns {Promise<boolean>} whether anything was sent.
 * Throws if the connection or the server is down; whatever was not sent keeps waiting.
 */
export async function sendAll(diary) {
  return withLock(async () => {
    const due = (await all(diary)).filter((moment) => !moment.refused);
    if (!due.length) return false;
    const response = await fetch("/offline/line/");
    if (!response.ok) throw new Error(`Later: ${response.status}`);
    const session = await response.json();
    // The token expires with the session: nothing can be sent as someone who signs in meanwhile.
    if (session.diary !== diary) return false;
    for (const moment of due) {
      if (mayBeSent(moment, session)) await sendMoment(moment, session.token);
      else await keep({ ...moment, refused: { code: "reads_here" } });
    }
    return true;
  });
}

/** Sends for whoever is signed in: the service worker does not know who reads the pages. */
export async function sendMine() {
  const { diary } = await (await fetch("/offline/line/")).json();
  return diary ? sendAll(diary) : false;
}
