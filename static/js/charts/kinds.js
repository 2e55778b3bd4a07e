/** The configuration of Chart.js for each kind of chart, from the data beside it. */

import { pattern } from "./patterns.js";
import { barNames, lineNames, marks, whiskers } from "./plugins.js";
import { colour, looks, mix, once } from "./theme.js";

const axis = (more = {}) => ({
  border: { display: false },
  grid: { display: false },
  ...more,
  ticks: { color: colour("ink-soft"), maxRotation: 0, autoSkipPadding: 20, ...more.ticks },
});

/** An axis with a name at each whole number. */
const categoryAxis = (names, more = {}) =>
  axis({
    type: "linear",
    min: -0.5,
    max: names.length - 0.5,
    afterBuildTicks: (scale) => {
      scale.ticks = names.map((_, value) => ({ value }));
    },
    ...more,
    ticks: { callback: (value) => names[value], ...more.ticks },
  });

/** A matrix of cells, such as the hours of each weekday. */
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
        x: categoryAxis(columns),
        y: categoryAxis(rows, { reverse: true, ticks: { autoSkip: false } }),
      },
    },
  };
}

/** Horizontal bars, which leave room for their names. */
function horizontalBars(labels, datasets, scales = {}) {
  return {
    type: "bar",
    data: { labels, datasets },
    options: {
      indexAxis: "y",
      scales: {
        x: axis({ ticks: { precision: 0, maxTicksLimit: 5 }, ...scales }),
        y: axis({ ticks: { color: colour("ink"), autoSkip: false } }),
      },
    },
  };
}

/** Lines over time, with marks where something changed. */
function linesOverTime({ labels, lines, marks: changes = [] }, yAxis) {
  return {
    type: "line",
    data: {
      labels,
      datasets: lines.map(({ label, values }, index) => ({
        label,
        data: values,
        borderColor: colour(index ? "accent" : "field-line"),
        backgroundColor: colour(index ? "accent" : "field-line"),
        borderWidth: index ? 2.5 : 1,
        pointRadius: index ? 0 : 2,
        pointStyle: index ? "line" : "circle",
      })),
    },
    options: {
      interaction: { mode: "index", intersect: false },
      layout: { padding: { top: 16 } },
      plugins: {
        marks: { at: changes.map(({ at }) => at), ink: colour("ink-soft") },
        lineNames: { inks: [colour("ink-soft"), colour("accent")], ground: colour("raised") },
      },
      scales: { x: axis(), y: axis(yAxis) },
    },
    plugins: [marks, lineNames],
  };
}

const NAMES_WIDTH = 116; // pixels, of the names that the page writes beside the rows
const AXIS_HEIGHT = 28;

/** A row of bars for each series over the same axis, named by the page; all rows have one scale. */
function rowsOverTime({ labels, series }) {
  const highest = Math.max(1, ...series.flatMap(({ counts }) => counts));
  const row = (index) => `y${index}`;
  return {
    type: "bar",
    data: {
      labels,
      datasets: series.map(({ emotion, label, counts }, index) => ({
        label,
        data: counts,
        borderWidth: 1,
        borderSkipped: false,
        yAxisID: row(index),
        ...looks(emotion),
      })),
    },
    options: {
      layout: { padding: { left: NAMES_WIDTH } },
      interaction: { mode: "index", intersect: false },
      plugins: { tooltip: { filter: ({ raw }) => raw > 0 } },
      scales: {
        x: axis({ stacked: true, afterFit: (scale) => Object.assign(scale, { height: AXIS_HEIGHT }) }),
        // Chart.js lays out axes of one stack from the bottom up.
        ...Object.fromEntries(
          series
            .map((_, index) => [
              row(index),
              axis({
                stack: "rows",
                max: highest * 1.15,
                min: 0,
                grid: { color: colour("hairline"), drawTicks: false },
                afterBuildTicks: (scale) => Object.assign(scale, { ticks: [{ value: 0 }] }),
                ticks: { display: false },
              }),
            ])
            .reverse(),
        ),
      },
    },
  };
}

export const kinds = {
  stacked: rowsOverTime,

  line: (data) => linesOverTime(data, { min: -1, max: 1, ticks: { stepSize: 0.5 } }),

  figures: (data) => linesOverTime(data, { beginAtZero: true, ticks: { maxTicksLimit: 5 } }),

  shares: ({ labels, values, intervals, label }) => {
    const config = horizontalBars(
      labels,
      [{ label, data: values, backgroundColor: colour("accent") }],
      { min: 0, max: 100 },
    );
    config.options.plugins = { whiskers: { intervals, ink: colour("ink") } };
    return { ...config, plugins: [whiskers] };
  },

  bars: ({ labels, emotions, bars }) =>
    horizontalBars(
      labels,
      bars.map(({ label, values }) => ({
        label,
        data: values,
        borderWidth: 1,
        backgroundColor: emotions.map((emotion) => looks(emotion).backgroundColor),
        borderColor: emotions.map((emotion) => looks(emotion).borderColor),
      })),
    ),

  pairs: ({ labels, bars }) => {
    const config = horizontalBars(
      labels,
      bars.map(({ label, values }, index) => ({
        label,
        data: values,
        borderWidth: 1,
        borderColor: colour("accent"),
        backgroundColor: index
          ? pattern("striped", colour("raised"), colour("accent"))
          : colour("accent"),
      })),
    );
    config.options.layout = { padding: { right: 80 } };
    config.options.plugins = { barNames: { ink: colour("ink-soft") } };
    return { ...config, plugins: [barNames] };
  },

  effects: ({ labels, differences, intervals, label }) => {
    const config = horizontalBars(
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
    config.options.plugins = { whiskers: { intervals, ink: colour("ink") } };
    return { ...config, plugins: [whiskers] };
  },

  hours: (data) =>
    matrix(
      data,
      ({ value }) => {
        const ground = colour("raised");
        const ink = colour("accent");
        // The stronger the feeling, the stronger the colour.
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
};
