"use strict";
// The values of a chart at a step: under the pointer, or by the arrow keys on a chart in focus.
(() => {
  const data = JSON.parse(document.getElementById("chart-data").textContent);

  function worded(value, isShare) {
    if (value === null || value === undefined) return "none";
    return isShare ? (100 * value).toFixed(1) + "%" : String(value);
  }

  function nearest(steps, step) {
    let low = 0, high = steps.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle] < step) low = middle + 1; else high = middle;
    }
    return low > 0 && step - steps[low - 1] <= steps[low] - step ? low - 1 : low;
  }

  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const chart = data[Number(figure.dataset.chart)];
    const plot = figure.querySelector(".plot");
    const cursor = figure.querySelector(".cursor");
    const readout = figure.querySelector(".readout");
    const steps = [...new Set(chart.curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
    const [left, right] = chart.sides, [first, last] = chart.steps;
    let place = -1;

    function show(next) {
      place = Math.max(0, Math.min(steps.length - 1, next));
      const step = steps[place];
      const values = chart.curves.map((curve) =>
        curve.name + " " + worded(curve.values[nearest(curve.steps, step)], chart.isShare));
      cursor.style.left = 100 * (left + (right - left) * (step - first) / (last - first)) + "%";
      cursor.hidden = false;
      readout.textContent = "step " + step + ": " + values.join(", ");
    }

    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width - left) / (right - left);
      show(nearest(steps, first + share * (last - first)));
    });
    figure.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: steps.length - 1 };
      if (!(event.key in moves)) return;
      event.preventDefault();
      show(moves[event.key]);
    });
  }
})();
