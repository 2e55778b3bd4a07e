/**
 * Notifications on this device: asked for on a tap only, and ended on another.
 */

import { json } from "../api.js";

const SUBSCRIPTIONS = "/api/v1/push-subscriptions/";
const WORKER = "/service-worker.js";

const panel = document.querySelector("[data-push]");
const on = panel.querySelector("[data-push-on]");
const off = panel.querySelector("[data-push-off]");

const supported =
  "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function show(state) {
  panel.dataset.push = state;
  for (const said of panel.querySelectorAll("[data-push-when]")) {
    said.hidden = said.dataset.pushWhen !== state;
  }
  on.hidden = !["off", "failed"].includes(state);
  off.hidden = state !== "on";
}

function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** What this browser is subscribed with, if it is and the site knows it as this person's. */
async function current() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return {};
  const { subscriptions } = await json("GET", SUBSCRIPTIONS);
  return { subscription, known: subscriptions.find((one) => one.endpoint === subscription.endpoint) };
}

async function start() {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  await navigator.serviceWorker.register(WORKER, { type: "module", scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(panel.dataset.pushKey),
  });
  const { endpoint, keys } = subscription.toJSON();
  await json("POST", SUBSCRIPTIONS, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  return "on";
}

async function stop() {
  const { subscription, known } = await current();
  if (known) await json("DELETE", `${SUBSCRIPTIONS}${known.id}/`);
  await subscription?.unsubscribe();
  return "off";
}

async function look() {
  if (!supported) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await current()).known ? "on" : "off";
}

/** Does something that ends in a state, and shows it. */
async function then(step) {
  on.disabled = true;
  off.disabled = true;
  show(await step().catch(() => "failed"));
  on.disabled = false;
  off.disabled = false;
}

on.addEventListener("click", () => then(start));
off.addEventListener("click", () => then(stop));
then(look);
