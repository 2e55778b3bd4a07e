/**
 * Turns what is typed into the line for tags into chips, one at a time. Without this module the
 * line takes several tags with commas between them.
 */

const PRESS = 250; // milliseconds

const fieldset = document.querySelector("[data-tags]");
const part = (name) => fieldset.querySelector(`[data-tags-${name}]`);
const list = part("list");
const line = part("new");

const same = (a, b) => a.localeCompare(b, undefined, { sensitivity: "accent" }) === 0;

/** Returns a tag as the server reads it: one that holds a comma or quotes stands in quotes. */
const quoted = (name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

function add(name) {
  const known = [...list.querySelectorAll("[type=checkbox]")];
  const twin = known.find(({ value }) => same(value, quoted(name)));
  if (twin) {
    twin.checked = true;
    return;
  }
  const chip = part("chip").content.cloneNode(true);
  const input = chip.querySelector("input");
  input.value = quoted(name);
  input.checked = true;
  chip.querySelector(".tag").textContent = name;
  line.before(chip);
}

/** Makes a chip of what stands in the line, if anything does. */
function take() {
  const name = line.value.trim();
  if (!name) return;
  add(name);
  line.value = "";
  line.dispatchEvent(new Event("change", { bubbles: true }));
}

line.removeAttribute("name"); // Chips speak for it from now on.
line.addEventListener("keydown", (event) => {
  if (!["Enter", ","].includes(event.key) || event.isComposing) return;
  event.preventDefault();
  take();
});
// Choosing a suggestion is no typing.
line.addEventListener("input", ({ inputType }) => {
  if (!inputType || inputType === "insertReplacementText") take();
});
// What has been pressed must not move away before it is let go.
line.addEventListener("blur", () => setTimeout(take, PRESS));
line.form.addEventListener("submit", take);
window.addEventListener("pagehide", take);
if (line.value) take(); // A browser brings back what stood there.
