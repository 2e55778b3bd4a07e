/** The buttons that show what is typed into a password field, until the form is sent. */

function show(button, shown) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

for (const button of document.querySelectorAll("[data-show-password]")) {
  button.addEventListener("click", () =>
    show(button, button.getAttribute("aria-pressed") !== "true"),
  );
  button.form.addEventListener("submit", () => show(button, false));
}
