/** The colours of charts. They come from the style sheet and follow the reader's theme. */

import { pattern } from "./patterns.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Remembers what a function returned until the theme changes. */
const remembered = new Map();
export function once(key, make) {
  if (!remembered.has(key)) remembered.set(key, make());
  return remembered.get(key);
}

/** Calls back when the theme has changed and every colour with it. */
export function onThemeChange(callback) {
  dark.addEventListener("change", () => {
    remembered.clear();
    callback();
  });
}

/** Returns a colour of the style sheet by the name of its variable, resolved for the theme. */
export const colour = (name) =>
  once(name, () => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = `var(--${name})`;
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  });

/** Returns the fill and outline of an emotion. */
export const looks = (emotion) =>
  once(`looks ${emotion}`, () => ({
    backgroundColor: pattern(emotion, colour(emotion), colour("page")),
    borderColor: colour(`${emotion}-line`),
  }));

/** Returns a colour between two, both as the browser resolves them. */
export function mix(front, back, share) {
  const channels = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
  const behind = channels(back);
  const mixed = channels(front).map((value, index) =>
    Math.round(value * share + behind[index] * (1 - share)),
  );
  return `rgb(${mixed})`;
}
