// Charts by uPlot, each with a table that says the same.
"use strict";

const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const drawn = new Set();

// `series`: {label, values, colour, bars, right, format}. `x`: seconds since 1970, one for each value.
function chart(caption, x, series, options) {
  const set = options || {};
  const canvas = h("div", { class: "plot", role: "img", "aria-label": caption + ". The table below has the numbers." });
  const rows = () => x.map((at, i) => [dayText(new Date(at * 1000)), ...series.map(s => (s.values[i] === null || s.values[i] === undefined ? "–" : s.format(s.values[i])))]).reverse();
  const numbers = h("details", { class: "numbers" }, h("summary", {}, "Numbers"));
  numbers.addEventListener("toggle", () => {
    if (numbers.open && numbers.children.length < 2) numbers.append(table(caption, [set.step || "Day", ...series.map(s => s.label)], rows(), { numbers: series.map((_, i) => i + 1) }));
  });
  const figure = h("figure", {}, h("figcaption", {}, h("span", {}, caption), legend(series)), canvas, numbers);
  if (x.length < 2) {
    canvas.replaceWith(nothing("A curve needs runs on two days or more."));
    return figure;
  }
  const item = { plot: null, draw: null };
  item.draw = () => {
    if (!canvas.isConnected) return drawn.delete(item);
    if (item.plot) item.plot.destroy();
    item.plot = new uPlot(plotOptions(canvas, x, series, set), [x, ...series.map(s => s.values)], canvas);
  };
  drawn.add(item);
  new ResizeObserver(() => {
    if (!item.plot) return void item.draw();
    const width = canvas.clientWidth;
    if (width && Math.abs(width - item.plot.width) > 1) item.plot.setSize({ width, height: height(width) });
  }).observe(canvas);
  return figure;
}

const height = width => Math.max(170, Math.min(260, Math.round(width * 0.36)));

function legend(series) {
  if (series.length < 2) return null;
  return h("span", { class: "legend" }, series.map(s => {
    const dot = h("span", { class: "dot " + s.colour, "aria-hidden": "true" });
    return h("span", {}, dot, s.label);
  }));
}

function plotOptions(canvas, x, series, set) {
  const ink = colour("dim"), line = colour("line");
  const axis = { stroke: ink, font: "12px system-ui, sans-serif", grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
  const step = x.length > 1 ? Math.min(...x.slice(1).map((at, i) => at - x[i])) : 86400;
  const bars = uPlot.paths.bars({ size: [0.72, 40], align: 0 });
  return {
    width: canvas.clientWidth || 600,
    height: height(canvas.clientWidth || 600),
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    plugins: [tip(series)],
    scales: {
      x: { time: true, range: (_, from, to) => [from - step * 0.6, to + step * 0.6] },
      y: { range: (_, from, to) => [0, set.top || (to > 0 ? to * 1.08 : 1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, values: (_, ticks, __, ___, gap) => ticks.map(at => dateTick(at, gap)), space: 64 },
      { ...axis, size: 52, incrs: series[0].integer ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000] : undefined, values: (_, ticks) => ticks.map(value => (series[0].tick || series[0].format)(value)), space: 34 },
    ],
    series: [{}, ...series.map(s => ({
      label: s.label, stroke: colour(s.colour), width: s.bars ? 0 : 2, spanGaps: true,
      fill: s.bars ? colour(s.colour) : s.area ? colour(s.colour) + "22" : undefined,
      paths: s.bars ? bars : undefined, points: { show: !s.bars && x.length < 40, size: 5 },
    }))],
  };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function dateTick(at, gap) {
  const date = new Date(at * 1000);
  const month = MONTHS[date.getMonth()];
  if (gap >= 27 * 86400) return date.getMonth() === 0 ? String(date.getFullYear()) : month;
  return gap < 86400 ? "" : month + " " + date.getDate();
}

// The numbers under the pointer.
function tip(series) {
  const box = h("div", { class: "tip", hidden: true });
  return { hooks: {
    init: plot => plot.over.append(box),
    setCursor: plot => {
      const at = plot.cursor.idx;
      box.hidden = at === null || at === undefined || plot.cursor.left < 0;
      if (box.hidden) return;
      box.replaceChildren(h("strong", {}, dayText(new Date(plot.data[0][at] * 1000))));
      series.forEach((s, i) => {
        const value = plot.data[i + 1][at];
        box.append(h("span", {}, h("span", { class: "dot " + s.colour }), s.label + " ", h("b", {}, value === null || value === undefined ? "–" : s.format(value))));
      });
      const left = plot.cursor.left > plot.over.clientWidth / 2;
      box.style.left = left ? "" : plot.cursor.left + 12 + "px";
      box.style.right = left ? plot.over.clientWidth - plot.cursor.left + 12 + "px" : "";
    },
  } };
}

function redraw() {
  for (const item of [...drawn]) item.draw();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// Days become weeks or months where there are too many for the eye.
function steps(days, from) {
  const start = days.day.findIndex(day => day >= from);
  const chosen = start < 0 ? [] : days.day.slice(start);
  const span = chosen.length ? chosen[chosen.length - 1] - chosen[0] : 0;
  // So that most steps hold several runs.
  const dense = chosen.reduce((sum, _, i) => sum + days.runs[start + i], 0) / (span + 1);
  const step = span > 900 || (dense < 0.3 && span > 60) ? "Month" : span > 120 || (dense < 2 && span > 28) ? "Week" : "Day";
  const key = day => {
    if (step === "Day") return day;
    if (step === "Week") return day - ((day + 3) % 7);
    const date = new Date(day * 86400000);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 86400000;
  };
  const names = ["runs", "counted", "fixed", "merged", "usd", "scores", "scored"];
  const sums = new Map();
  chosen.forEach((day, i) => {
    const at = key(day);
    if (!sums.has(at)) sums.set(at, Object.fromEntries(names.map(name => [name, 0])));
    for (const name of names) sums.get(at)[name] += days[name][start + i];
  });
  // A day without runs is a day all the same.
  if (step === "Day" && chosen.length > 1) for (let day = chosen[0]; day <= chosen[chosen.length - 1]; day++) if (!sums.has(day)) sums.set(day, Object.fromEntries(names.map(name => [name, 0])));
  const sorted = [...sums].sort((a, b) => a[0] - b[0]);
  const local = day => { const date = new Date(day * 86400000); return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()).getTime() / 1000; };
  return { step, x: sorted.map(([day]) => local(day)), get: value => sorted.map(([, sum]) => value(sum)) };
}
