/**
 * Turns notifications on this device on and off. The browser asks for permission only after a tap.
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
  for (const text of panel.querySelectorAll("[data-push-when]")) {
    text.hidden = text.dataset.pushWhen !== state;
  }
  on.hidden = !["off", "failed"].includes(state);
  off.hidden = state !== "on";
}

function decode(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Returns this browser's subscription, and what the site knows about it for this person. */
async function currentSubscription() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return {};
  const { subscriptions } = await json("GET", SUBSCRIPTIONS);
  const known = subscriptions.find(({ endpoint }) => endpoint === subscription.endpoint);
  return { subscription, known };
}

async function start() {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  await navigator.serviceWorker.register(WORKER, { type: "module", scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: decode(panel.dataset.pushKey),
  });
  const { endpoint, keys } = subscription.toJSON();
  await json("POST", SUBSCRIPTIONS, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  return "on";
}

async function stop() {
  const { subscription, known } = await currentSubscription();
  if (known) await json("DELETE", `${SUBSCRIPTIONS}${known.id}/`);
  await subscription?.unsubscribe();
  return "off";
}

async function currentState() {
  if (!supported) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await currentSubscription()).known ? "on" : "off";
}

/** Shows the state that a step ends in; meanwhile no button works. */
async function run(step) {
  on.disabled = true;
  off.disabled = true;
  show(await step().catch(() => "failed"));
  on.disabled = false;
  off.disabled = false;
}

on.addEventListener("click", () => run(start));
off.addEventListener("click", () => run(stop));
run(currentState);
