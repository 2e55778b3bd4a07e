/**
 * Draws every chart of a page from the data beside it; the table below each says the same.
 * Colours come from the style sheet, marks from patterns.js.
 */

import { paint, pattern } from "./patterns.js";

const theme = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Remembers what a function returned until the theme changes. */
const remembered = new Map();
function once(key, make) {
  if (!remembered.has(key)) remembered.set(key, make());
  return remembered.get(key);
}

/** Returns a colour of the style sheet by the name of its variable, resolved for the theme. */
const colour = (name) =>
  once(name, () => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = `var(--${name})`;
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  });

/** Returns the fill and outline of an emotion. */
const looks = (emotion) =>
  once(`looks ${emotion}`, () => ({
    backgroundColor: pattern(emotion, colour(emotion), colour("page")),
    borderColor: colour(`${emotion}-line`),
  }));

const axis = (more = {}) => ({
  border: { display: false },
  grid: { display: false },
  ...more,
  ticks: { color: colour("ink-soft"), maxRotation: 0, autoSkipPadding: 20, ...more.ticks },
});

/** A line across the whole height, where another network began to answer. */
const marks = {
  id: "marks",
  afterDatasetsDraw({ ctx, chartArea, scales }, _, { at = [], ink }) {
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.setLineDash([4, 3]);
    for (const place of at) {
      const x = scales.x.getPixelForValue(place);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
};

/** The ends of an interval, on both sides of each bar's end. */
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart, _, { intervals = [], ink }) {
    const { ctx, scales } = chart;
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.5;
    intervals.forEach((ends, place) => {
      const { y } = chart.getDatasetMeta(0).data[place];
      const [low, high] = ends.map((end) => scales.x.getPixelForValue(end));
      ctx.beginPath();
      for (const x of [low, high]) {
        ctx.moveTo(x, y - 4);
        ctx.lineTo(x, y + 4);
      }
      ctx.moveTo(low, y);
      ctx.lineTo(high, y);
      ctx.stroke();
    });
    ctx.restore();
  },
};

/** An axis whose places have names. */
const named = (names, more = {}) =>
  axis({
    type: "linear",
    min: -0.5,
    max: names.length - 0.5,
    afterBuildTicks: (scale) => {
      scale.ticks = names.map((_, value) => ({ value }));
    },
    ...more,
    ticks: { callback: (place) => names[place], ...more.ticks },
  });

/** A matrix of cells, such as days of months. */
function matrix({ columns, rows, cells }, fill, label) {
  const size = (side, count) => ({ chart }) => (chart.chartArea ?? {})[side] / count - 2;
  return {
    type: "matrix",
    data: {
      datasets: [
        {
          data: cells,
          backgroundColor: ({ raw }) => raw && fill(raw).backgroundColor,
          borderColor: ({ raw }) => raw && fill(raw).borderColor,
          borderWidth: 1,
          borderRadius: 3,
          width: size("width", columns.length),
          height: size("height", rows.length),
        },
      ],
    },
    options: {
      plugins: { tooltip: { callbacks: { title: () => "", label: ({ raw }) => label(raw) } } },
      scales: {
        x: named(columns),
        y: named(rows, { reverse: true, ticks: { autoSkip: false } }),
      },
    },
  };
}

/** Bars that lie, so that their names can be read. */
function lying(labels, datasets, scales = {}) {
  return {
    type: "bar",
    data: { labels, datasets },
    options: {
      indexAxis: "y",
      plugins: { legend: { display: datasets.length > 1, labels: { color: colour("ink") } } },
      scales: {
        x: axis({ ticks: { precision: 0, maxTicksLimit: 5 }, ...scales }),
        y: axis({ ticks: { color: colour("ink"), autoSkip: false } }),
      },
    },
  };
}

/** Lines over time, with marks where something changed. */
function overTime({ labels, lines, marks: changes = [] }, upright) {
  return {
    type: "line",
    data: {
      labels,
      datasets: lines.map(({ label, values }, place) => ({
        label,
        data: values,
        borderColor: colour(place ? "accent" : "field-line"),
        backgroundColor: colour(place ? "accent" : "field-line"),
        borderWidth: place ? 2.5 : 1,
        pointRadius: place ? 0 : 2,
        pointStyle: place ? "line" : "circle",
      })),
    },
    options: {
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: {
          display: true,
          labels: { color: colour("ink"), usePointStyle: true, boxHeight: 6, pointStyleWidth: 18 },
        },
        marks: { at: changes.map(({ at }) => at), ink: colour("ink-soft") },
      },
      scales: { x: axis(), y: axis(upright) },
    },
    plugins: [marks],
  };
}

const kinds = {
  stacked: ({ labels, series }) => ({
    type: "bar",
    data: {
      labels,
      datasets: series.map(({ emotion, label, counts }) => ({
        label,
        data: counts,
        borderWidth: 1,
        borderSkipped: false,
        ...looks(emotion),
      })),
    },
    options: {
      interaction: { mode: "index" },
      plugins: { tooltip: { filter: ({ raw }) => raw > 0 } },
      scales: {
        x: axis({ stacked: true }),
        y: axis({ stacked: true, ticks: { precision: 0, maxTicksLimit: 4 } }),
      },
    },
  }),

  line: (data) => overTime(data, { min: -1, max: 1, ticks: { stepSize: 0.5 } }),

  figures: (data) => overTime(data, { beginAtZero: true, ticks: { maxTicksLimit: 5 } }),

  shares: ({ labels, values, intervals, label }) => {
    const config = lying(
      labels,
      [{ label, data: values, backgroundColor: colour("accent") }],
      { min: 0, max: 100 },
    );
    config.options.plugins.whiskers = { intervals, ink: colour("ink") };
    return { ...config, plugins: [whiskers] };
  },

  bars: ({ labels, emotions, bars }) =>
    lying(
      labels,
      bars.map(({ label, values }) => ({
        label,
        data: values,
        borderWidth: 1,
        backgroundColor: emotions.map((emotion) => looks(emotion).backgroundColor),
        borderColor: emotions.map((emotion) => looks(emotion).borderColor),
      })),
    ),

  pairs: ({ labels, bars }) =>
    lying(
      labels,
      bars.map(({ label, values }, place) => ({
        label,
        data: values,
        borderWidth: 1,
        borderColor: colour("accent"),
        backgroundColor: place
          ? pattern("striped", colour("raised"), colour("accent"))
          : colour("accent"),
      })),
    ),

  effects: ({ labels, differences, intervals, label }) => {
    const config = lying(
      labels,
      [
        {
          label,
          data: differences,
          borderWidth: 1,
          borderColor: colour("accent"),
          backgroundColor: differences.map((difference) =>
            difference < 0
              ? pattern("striped", colour("raised"), colour("accent"))
              : colour("accent"),
          ),
        },
      ],
      { suggestedMin: -1, suggestedMax: 1, ticks: { stepSize: 0.5 } },
    );
    config.options.plugins.whiskers = { intervals, ink: colour("ink") };
    return { ...config, plugins: [whiskers] };
  },

  hours: (data) =>
    matrix(
      data,
      ({ value }) => {
        const ground = colour("raised");
        const ink = colour("accent");
        // How strong a feeling is shows in how much of the cell is covered.
        const share = 15 + 85 * Math.min(1, Math.abs(value ?? 0));
        const mixed = mix(ink, ground, share / 100);
        return {
          backgroundColor:
            value < 0
              ? once(`striped ${mixed}`, () => pattern("striped", ground, mixed))
              : mixed,
          borderColor: mixed,
        };
      },
      ({ x, y, value, moments }) =>
        `${data.rows[y]} ${data.columns[x]}:00 · ${value ?? "–"} (${moments})`,
    ),

  pixels: (data) =>
    matrix(
      data,
      ({ emotion }) => looks(emotion),
      ({ x, y, label }) => `${data.columns[x]} ${data.rows[y]} · ${label}`,
    ),
};

/** Returns a colour between two, both as the browser resolves them. */
function mix(one, other, share) {
  const numbers = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
  const [front, back] = [numbers(one), numbers(other)];
  return `rgb(${front.map((value, at) => Math.round(value * share + back[at] * (1 - share)))})`;
}

/** Offers a drawing as a file, on the ground of the page. */
function download(canvas, name) {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.fillStyle = colour("raised");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
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

function paintKeys() {
  for (const swatch of document.querySelectorAll("canvas[data-swatch]")) {
    paint(swatch, looks(swatch.dataset.swatch).backgroundColor);
  }
}

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.plugins.legend.display = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.animation = still ? false : { duration: 200 };
Chart.defaults.animations.colors = false; // patterns have nothing in between

// Each one is drawn when it comes near, so that none holds up the page.
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
for (const canvas of document.querySelectorAll("canvas[data-chart]")) near.observe(canvas);
paintKeys();
theme.addEventListener("change", () => {
  remembered.clear();
  paintKeys();
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    if (Chart.getChart(canvas)) draw(canvas);
  }
});
// On paper all are near.
window.addEventListener("beforeprint", () => {
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    if (!Chart.getChart(canvas)) draw(canvas);
  }
});
for (const button of document.querySelectorAll("[data-chart-png]")) {
  const canvas = button.closest("figure").querySelector("canvas[data-chart]");
  button.addEventListener("click", () => download(canvas, button.dataset.chartPng));
}
