/**
 * Speaking with the site's own API from a page.
 */

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

/** Waits before asking again where the server asks for patience and says for how long. */
const patience = (answer) => 1000 * (Number(answer.headers.get("Retry-After")) || 1);

/**
 * Sends a form and returns the answer with its JSON; throws only where the line broke.
 * @returns {Promise<{status: number, body: object, wait: number}>}
 */
export async function post(path, form) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "X-CSRFToken": token(), Accept: "application/json" },
    body: form,
  });
  const body = await answer.json().catch(() => ({}));
  return { status: answer.status, body, wait: patience(answer) };
}

/** Speaks JSON with the site's API and returns what it answers; throws unless it is a success. */
export async function json(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: {
      "X-CSRFToken": token(),
      Accept: "application/json",
      "Content-Type": "application/json",
    },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

/** Reads one picture without keeping it. */
export function detect(blob) {
  const form = new FormData();
  form.append("photos", blob, "frame.jpg");
  return post("/api/v1/detect/", form);
}

/** Returns a picture scaled down so that its longest side has at most so many pixels. */
export function small(source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const jpeg = (canvas, quality = 0.85) =>
  new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

/** Returns a new random UUID (RFC 9562, version 4); crypto.randomUUID is for secure pages only. */
export function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
