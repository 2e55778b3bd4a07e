/** The configuration of Chart.js for each kind of chart, from the data beside it. */

import { pattern } from "./patterns.js";
import { marks, whiskers } from "./plugins.js";
import { colour, looks, mix, once } from "./theme.js";

const axis = (more = {}) => ({
  border: { display: false },
  grid: { display: false },
  ...more,
  ticks: { color: colour("ink-soft"), maxRotation: 0, autoSkipPadding: 20, ...more.ticks },
});

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

export const kinds = {
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
