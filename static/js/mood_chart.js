/** Moods over time as stacked columns, a day each; the table below says the same. */

const canvas = document.querySelector("[data-mood-chart]");
const { days, series } = JSON.parse(document.getElementById("mood-chart-data").textContent);
const theme = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Returns the resolved fill and outline of a feeling, which the style sheet alone knows. */
function colours(emotion) {
  const swatch = getComputedStyle(document.querySelector(`[data-swatch="${emotion}"]`));
  return { backgroundColor: swatch.backgroundColor, borderColor: swatch.borderTopColor };
}

function datasets() {
  return series.map(({ emotion, label, counts }) => ({
    label,
    data: counts,
    borderWidth: 1,
    borderSkipped: false,
    ...colours(emotion),
  }));
}

const text = getComputedStyle(canvas);
Chart.defaults.font.family = text.fontFamily;
const chart = new Chart(canvas, {
  type: "bar",
  data: { labels: days, datasets: datasets() },
  options: {
    animation: still ? false : { duration: 200 },
    maintainAspectRatio: false,
    interaction: { mode: "index" },
    plugins: {
      legend: { display: false },
      tooltip: { filter: ({ raw }) => raw > 0 },
    },
    scales: {
      x: {
        stacked: true,
        grid: { display: false },
        ticks: { color: text.color, maxRotation: 0, autoSkipPadding: 24 },
      },
      y: {
        stacked: true,
        border: { display: false },
        grid: { display: false },
        ticks: { color: text.color, precision: 0, maxTicksLimit: 4 },
      },
    },
  },
});

theme.addEventListener("change", () => {
  chart.data.datasets = datasets();
  chart.update();
});
