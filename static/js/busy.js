/**
 * Shows that a slow form is being sent, and keeps it from being sent twice.
 * Without this module the browser's own progress indicator has to do.
 */

const form = document.querySelector("form[data-busy]");
const button = form.querySelector("button[type=submit]");
const idleText = button.textContent;

function setBusy(busy) {
  form.setAttribute("aria-busy", String(busy));
  button.setAttribute("aria-disabled", String(busy));
  button.textContent = busy ? form.dataset.busy : idleText;
}

form.addEventListener("submit", (event) => {
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else setBusy(true);
});

// Going back to the page finds the form as it was.
window.addEventListener("pageshow", () => setBusy(false));
