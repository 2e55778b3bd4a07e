/** The part of the service worker that shows reminders. */

const SUBSCRIPTIONS = "/api/v1/push-subscriptions/";
const TAG = "reminder"; // a new reminder replaces one that was not opened

async function show(reminder) {
  await self.registration.showNotification(reminder.title, {
    body: reminder.body,
    tag: TAG,
    data: reminder,
    actions: [{ action: "stop", title: reminder.stop_label }],
  });
}

async function stop(reminder) {
  const response = await fetch(reminder.stop, { method: "POST" });
  // If that fails, the page behind the link says so and offers to try again.
  if (!response.ok) return self.clients.openWindow(reminder.stop);
  return self.registration.showNotification(reminder.stopped, { tag: TAG });
}

self.addEventListener("push", (event) => {
  if (event.data) event.waitUntil(show(event.data.json()));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const reminder = event.notification.data;
  if (!reminder) return;
  event.waitUntil(
    event.action === "stop" ? stop(reminder) : self.clients.openWindow(reminder.open),
  );
});

/** Tells the site where reminders go from now on, if somebody is signed in here who takes them. */
async function renew({ oldSubscription, newSubscription }) {
  const session = await (await fetch("/offline/line/")).json();
  if (!session.diary) return;
  const current =
    newSubscription ?? (await self.registration.pushManager.subscribe(oldSubscription.options));
  const { endpoint, keys } = current.toJSON();
  await fetch(SUBSCRIPTIONS, {
    method: "POST",
    headers: { "X-CSRFToken": session.token, "Content-Type": "application/json" },
    body: JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
  });
}

// Browsers replace subscriptions from time to time; the old one fails from then on.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
