/** Fetching what the reader consists of, with its progress and its checksums. */

/** Why a picture cannot be read on this device: `reason` is unsupported, damaged or offline. */
export class ReaderUnavailable extends Error {
  constructor(reason, cause) {
    super(`This device cannot read pictures: ${reason}.`, { cause });
    this.name = "ReaderUnavailable";
    this.reason = reason;
  }
}

/** Fetches what has to be there; whatever goes wrong means that the site is out of reach. */
export async function fetched(address, options) {
  try {
    const response = await fetch(address, options);
    if (response.ok) return response;
    throw new Error(`${address} answered ${response.status}`);
  } catch (error) {
    throw new ReaderUnavailable("offline", error);
  }
}

/** Returns the response again, which tells how many bytes more have come whenever some have. */
export function counted(response, onBytes) {
  const counter = new TransformStream({
    transform(chunk, controller) {
      onBytes(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter));
}

/** Fetches a file and checks it against its checksum. */
export async function fetchVerified({ url, sha256 }, onBytes) {
  const kept = await contentOf(counted(await fetched(url), onBytes));
  if ((await digest(kept)) === sha256) return kept;
  // What a cache holds may be damaged, and it would be for good.
  const fresh = await contentOf(await fetched(url, { cache: "reload" }));
  if ((await digest(fresh)) === sha256) return fresh;
  throw new ReaderUnavailable("damaged");
}

/** Returns what a response holds, once it has come to its end. */
export async function contentOf(response) {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new ReaderUnavailable("offline", error);
  }
}

async function digest(content) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
