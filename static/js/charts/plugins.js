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
