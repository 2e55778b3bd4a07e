/** Draws the charts of a page from the data beside them. The table below each says the same. */

import { kinds } from "./kinds.js";
import { colour, onThemeChange } from "./theme.js";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
const canvases = document.querySelectorAll("canvas[data-chart]");

/** Writes the names that the page shows over a drawing onto a copy of it. */
function writeNames(canvas, context) {
  const frame = canvas.getBoundingClientRect();
  const scale = canvas.width / frame.width;
  context.font = `${13 * scale}px ${Chart.defaults.font.family}`;
  context.textBaseline = "middle";
  context.fillStyle = colour("ink");
  for (const name of canvas.parentElement.querySelectorAll(".chart__names .emotion")) {
    const { left, top, height } = name.getBoundingClientRect();
    const middle = top + height / 2 - frame.top;
    context.fillText(name.innerText, (left - frame.left) * scale, middle * scale);
  }
}

/** Saves a drawing as a file, on the background of its card. */
function download(canvas, name) {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.fillStyle = colour("raised");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  writeNames(canvas, context);
  copy.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

function draw(canvas) {
  const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  Chart.getChart(canvas)?.destroy();
  new Chart(canvas, kinds[canvas.dataset.kind](data));
}

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.plugins.legend.display = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.animation = reducedMotion ? false : { duration: 200 };
Chart.defaults.animations.colors = false; // patterns cannot be interpolated

// Each chart is drawn when it comes near, so that none delays the page.
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: "50%" },
);
for (const canvas of canvases) near.observe(canvas);
onThemeChange(() => {
  for (const canvas of canvases) {
    if (Chart.getChart(canvas)) draw(canvas);
  }
});
// On paper, draw those that were never near.
window.addEventListener("beforeprint", () => {
  for (const canvas of canvases) {
    if (!Chart.getChart(canvas)) draw(canvas);
  }
});
for (const button of document.querySelectorAll("[data-chart-png]")) {
  const canvas = button.closest("figure").querySelector("canvas[data-chart]");
  button.addEventListener("click", () => download(canvas, button.dataset.chartPng));
}
