/** Requests from a page to the site's own API. */

import { tellOfChange } from "./offline/tabs.js";

const DETECT = "/api/v1/detect/"; // changes nothing

const csrfToken = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

/** Returns how many milliseconds the server asks us to wait before another request. */
const retryAfter = (response) => 1000 * (Number(response.headers.get("Retry-After")) || 1);

/**
 * Sends a form, or values as JSON, and returns the response with its JSON. Throws only if the
 * connection fails.
 * @returns {Promise<{status: number, body: object, wait: number}>}
 */
export async function post(path, content) {
  const isForm = content instanceof FormData;
  const response = await fetch(path, {
    method: "POST",
    headers: {
      "X-CSRFToken": csrfToken(),
      Accept: "application/json",
      ...(isForm ? {} : { "Content-Type": "application/json" }),
    },
    body: isForm ? content : JSON.stringify(content),
  });
  const body = await response.json().catch(() => ({}));
  if (response.ok && path !== DETECT) tellOfChange();
  return { status: response.status, body, wait: retryAfter(response) };
}

/** Sends JSON and returns the JSON of the response. Throws unless the request succeeds. */
export async function json(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: {
      "X-CSRFToken": csrfToken(),
      Accept: "application/json",
      "Content-Type": "application/json",
    },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
  if (method !== "GET") tellOfChange();
  return response.status === 204 ? null : response.json();
}

/** Analyses one picture, which the server does not store. */
export function detect(blob) {
  const form = new FormData();
  form.append("photos", blob, "frame.jpg");
  return post(DETECT, form);
}

/**
 * Returns a picture on a canvas, scaled down so that neither side exceeds `side` pixels;
 * transparent parts become white.
 */
export function small(source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Returns a canvas with what another one shows, turned clockwise by 0, 90, 180 or 270 degrees. */
export function turned(canvas, degrees) {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  if (degrees % 180) [copy.width, copy.height] = [canvas.height, canvas.width];
  const context = copy.getContext("2d");
  context.translate(copy.width / 2, copy.height / 2);
  context.rotate((degrees * Math.PI) / 180);
  context.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
  return copy;
}

export const jpeg = (canvas, quality = 0.85) =>
  new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

/** Returns a random UUID (version 4); crypto.randomUUID exists in secure contexts only. */
export function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
