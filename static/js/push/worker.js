/**
 * The part of the service worker that shows reminders: it imports nothing, and the worker imports it.
 */

const TAG = "reminder"; // a later reminder takes the place of one that was not looked at

async function remind(said) {
  await self.registration.showNotification(said.title, {
    body: said.body,
    tag: TAG,
    data: said,
    actions: [{ action: "stop", title: said.stop_label }],
  });
}

async function stop(said) {
  const answer = await fetch(said.stop, { method: "POST" });
  // Where that did not work the page behind the link says so and offers it again.
  if (!answer.ok) return self.clients.openWindow(said.stop);
  return self.registration.showNotification(said.stopped, { tag: TAG });
}

self.addEventListener("push", (event) => {
  if (event.data) event.waitUntil(remind(event.data.json()));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const said = event.notification.data;
  if (!said) return;
  event.waitUntil(event.action === "stop" ? stop(said) : self.clients.openWindow(said.open));
});
