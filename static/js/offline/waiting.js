/**
 * Moments that wait in this browser for a connection, and sending them; pages and the service
 * worker both import it. Each belongs to one person, and goes up under the UUID that it was given
 * when it was taken, so that sending it again records it once.
 */

const NAME = "diary";
const STORE = "waiting";
const CHANGED = "waiting";

/** Told when something has changed, also by other pages and by the worker. */
export const changes = new BroadcastChannel(CHANGED);
const teller = new BroadcastChannel(CHANGED);

const asked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

async function store(mode, work) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "uuid" });
  const database = await asked(opening);
  try {
    return await asked(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Lists what waits and belongs to a person, the oldest first. */
export async function all(diary) {
  const found = await store("readonly", (rows) => rows.getAll());
  return found.filter((one) => one.diary === diary).sort((a, b) => (a.at < b.at ? -1 : 1));
}

/**
 * Lets a moment wait.
 * @param {{diary: string, uuid: string, at: string, zone: string, fields: object, photo?: Blob}}
 *   moment whose it is, its name, when and where it was, and what the API shall be told.
 */
export async function keep(moment) {
  await store("readwrite", (rows) => rows.put(moment));
  teller.postMessage({});
  // Browsers that can, send it even when no page of ours is open by then.
  const registration = await navigator.serviceWorker?.getRegistration("/");
  await registration?.sync?.register(CHANGED).catch(() => {});
}

export async function discard(uuid) {
  await store("readwrite", (rows) => rows.delete(uuid));
  teller.postMessage({});
}

/** Removes what belongs to anybody else than this person. */
export async function onlyOf(diary) {
  const found = await store("readonly", (rows) => rows.getAll());
  const strange = found.filter((one) => one.diary !== diary);
  for (const { uuid } of strange) await discard(uuid);
}

/** Removes everything that this browser keeps of anybody. */
export async function purge() {
  await store("readwrite", (rows) => rows.clear());
  await forgetPages();
}

/** Removes the pages and pictures that are kept, of everybody or of everybody but one. */
export async function forgetPages({ butOf = null } = {}) {
  if (!("caches" in self)) return;
  const names = (await caches.keys()).filter(
    (name) => name.startsWith("diary-") && name !== `diary-${butOf}`,
  );
  await Promise.all(names.map((name) => caches.delete(name)));
}

function body({ uuid, at, zone, fields, photo }) {
  const said = { ...fields, uuid, taken_at: at, time_zone: zone };
  if (!photo) return { body: JSON.stringify(said), type: { "Content-Type": "application/json" } };
  const form = new FormData();
  for (const [name, value] of Object.entries(said)) form.append(name, value);
  form.append("photo", photo, "photo.jpg");
  return { body: form, type: {} };
}

/** Sends one moment and returns whether it still waits for better times. */
async function send(moment, token) {
  const told = body(moment);
  const answer = await fetch("/api/v1/captures/", {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json", ...told.type },
    body: told.body,
  });
  const { status } = answer;
  // Under a UUID that nobody else knows another request can only have been our own.
  if (answer.ok || status === 409) return discard(moment.uuid);
  if ([401, 403, 408, 429].includes(status) || status >= 500) throw new Error(`Later: ${status}`);
  const problem = await answer.json().catch(() => ({}));
  const refused = { code: problem.code ?? "", detail: problem.detail ?? String(status) };
  return keep({ ...moment, refused });
}

/** One after the other, and never twice at once: pages and the worker wait for each other. */
const alone = (work) => (navigator.locks ? navigator.locks.request(CHANGED, work) : work());

/**
 * Sends what waits and was not refused, if the server still takes us for its person.
 * @returns {Promise<boolean>} whether anything was sent.
 * Throws where the line or the server is away; what was not sent goes on waiting.
 */
export async function sendAll(diary) {
  return alone(async () => {
    const due = (await all(diary)).filter((one) => !one.refused);
    if (!due.length) return false;
    const answer = await fetch("/offline/line/");
    if (!answer.ok) throw new Error(`Later: ${answer.status}`);
    const line = await answer.json();
    // The token dies with the session, so nothing can go up as somebody who signs in meanwhile.
    if (line.diary !== diary) return false;
    for (const one of due) await send(one, line.token);
    return true;
  });
}

/** Sends for whoever the server takes us for: the worker does not know who reads the pages. */
export async function sendMine() {
  const { diary } = await (await fetch("/offline/line/")).json();
  return diary ? sendAll(diary) : false;
}
