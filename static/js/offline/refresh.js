/** Shows a day anew, in place, once something has come into it or the connection is back. */

/** Replaces each part of the day that is shown by what it is now, if this is still its person. */
export async function refreshDay(diary) {
  const parts = document.querySelectorAll("[data-day]");
  if (!parts.length) return;
  const response = await fetch(location.href);
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.body.dataset.diary !== diary) return;
  const focused = document.activeElement;
  for (const part of parts) {
    const current = page.querySelector(`[data-day="${part.dataset.day}"]`);
    if (current) part.replaceWith(current);
  }
  if (!focused.isConnected) document.querySelector(`main [href="${focused.pathname}"]`)?.focus();
  document.querySelector("[data-kept-line]").hidden = true;
  delete document.documentElement.dataset.keptAt;
  const registration = await navigator.serviceWorker?.getRegistration("/");
  registration?.active?.postMessage({ ahead: [location.pathname], maxAge: 0 });
}
