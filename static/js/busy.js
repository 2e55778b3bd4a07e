/**
 * A form whose answer takes long says that it is on its way, and is sent once.
 * Without this module the browser itself shows that it waits.
 */

const form = document.querySelector("form[data-busy]");
const button = form.querySelector("button[type=submit]");
const idle = button.textContent;

function setBusy(busy) {
  form.setAttribute("aria-busy", String(busy));
  button.setAttribute("aria-disabled", String(busy));
  button.textContent = busy ? form.dataset.busy : idle;
}

form.addEventListener("submit", (event) => {
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else setBusy(true);
});

// Whoever comes back finds the form as it was.
window.addEventListener("pageshow", () => setBusy(false));
