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

const LINE = 14; // pixels between two names

/** The name of each line above its end. */
export const lineNames = {
  id: "lineNames",
  afterDatasetsDraw(chart, _, { inks, ground }) {
    const { ctx, chartArea } = chart;
    const ends = chart.data.datasets
      .map(({ label, data }, index) => {
        const last = data.findLastIndex((value) => value !== null);
        const { y } = chart.getDatasetMeta(index).data[last] ?? {};
        return last < 0 ? null : { label, y, ink: inks[Number(index > 0)] };
      })
      .filter(Boolean)
      .sort((one, other) => one.y - other.y);
    ctx.save();
    ctx.font = `12px ${ctx.font.replace(/^.*px /, "")}`;
    ctx.textAlign = "right";
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    ctx.strokeStyle = ground;
    let below = -Infinity;
    for (const { label, y, ink } of ends) {
      const at = Math.max(y - 8, below + LINE, chartArea.top);
      ctx.fillStyle = ink;
      ctx.strokeText(label, chartArea.right, at);
      ctx.fillText(label, chartArea.right, at);
      below = at;
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
