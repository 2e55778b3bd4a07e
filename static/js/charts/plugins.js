/** What Chart.js does not draw by itself. */

/** Vertical lines where something changed, such as the network that answers. */
export const marks = {
  id: "marks",
  afterDatasetsDraw({ ctx, chartArea, scales }, _, { at = [], ink }) {
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.setLineDash([4, 3]);
    for (const value of at) {
      const x = scales.x.getPixelForValue(value);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
};

/** Confidence intervals around the ends of bars. */
export const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart, _, { intervals = [], ink }) {
    const { ctx, scales } = chart;
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.5;
    intervals.forEach((interval, index) => {
      const { y } = chart.getDatasetMeta(0).data[index];
      const [low, high] = interval.map((value) => scales.x.getPixelForValue(value));
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

const NAME_WIDTH = 120; // pixels at the end of lines that their names may take
const LINE_HEIGHT = 14;

/** The names of lines at their ends: that of the highest above all lines, the others below. */
export const lineNames = {
  id: "lineNames",
  afterDatasetsDraw(chart, _, { inks, ground }) {
    const { ctx, chartArea } = chart;
    const lines = chart.data.datasets
      .map(({ label }, index) => {
        const points = chart.getDatasetMeta(index).data.filter(({ skip }) => !skip);
        return { label, points, ink: inks[Number(index > 0)] };
      })
      .filter(({ points }) => points.length)
      .sort((one, other) => one.points.at(-1).y - other.points.at(-1).y);
    const near = lines.flatMap(({ points }) =>
      points.filter(({ x }) => x > chartArea.right - NAME_WIDTH).map(({ y }) => y),
    );
    let at = Math.max(Math.min(...near) - 8, chartArea.top - 4);
    ctx.save();
    ctx.font = `12px ${ctx.font.replace(/^.*px /, "")}`;
    ctx.textAlign = "right";
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    ctx.strokeStyle = ground;
    for (const [index, { label, ink }] of lines.entries()) {
      if (index === 1) at = Math.min(Math.max(...near) + LINE_HEIGHT, chartArea.bottom - 4);
      ctx.fillStyle = ink;
      ctx.strokeText(label, chartArea.right, at);
      ctx.fillText(label, chartArea.right, at);
      at += LINE_HEIGHT;
    }
    ctx.restore();
  },
};

/** The name and the value of each horizontal bar at its end. */
export const barNames = {
  id: "barNames",
  afterDatasetsDraw(chart, _, { ink }) {
    const { ctx } = chart;
    ctx.save();
    ctx.font = `11px ${ctx.font.replace(/^.*px /, "")}`;
    ctx.textBaseline = "middle";
    ctx.fillStyle = ink;
    chart.data.datasets.forEach(({ label, data }, index) => {
      chart.getDatasetMeta(index).data.forEach(({ x, y }, at) => {
        if (data[at]) ctx.fillText(`${label} ${data[at]}`, x + 6, y);
      });
    });
    ctx.restore();
  },
};
