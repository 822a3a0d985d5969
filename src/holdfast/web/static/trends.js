// Trends: one small plot per value, the line of last values with the band of lowest to highest behind it.
import uPlot from "./vendor/uplot/uPlot.esm.js";
import { slot, unit } from "./view.js";

const EVERY_MS = 30000;
const HEIGHT = 130;
const SHOWN = ["hr", "hr_ecg", "spo2", "rr", "art_mean", "nibp_mean", "temp", "etco2"];

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function colourOf(key) {
  return style(`--${key.split("_")[0]}-trace`) || style("--text");
}

function plot(place, key, series, fromUs, toUs) {
  const seconds = series.at_us.map((at) => at / 1e6);
  const line = colourOf(key);
  const axis = { stroke: style("--text-dim"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line") } };
  const hour = (toUs - fromUs) / 3.6e9;
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    title: `${series.label} ${unit(series.unit)}`,
    cursor: { y: false },
    legend: { show: false },
    scales: { x: { time: true, range: [fromUs / 1e6, toUs / 1e6] } },
    axes: [{ ...axis, values: hour > 24 ? undefined : "{HH}:{mm}" }, { ...axis, size: 44 }],
    series: [{}, { stroke: line, width: 1.5, spanGaps: false, points: { show: seconds.length < 40, size: 5 } }, { stroke: "transparent" }, { stroke: "transparent" }],
    bands: [{ series: [3, 2], fill: `${line}33` }],
  };
  return new uPlot(options, [seconds, series.last, series.low, series.high], place);
}

export function showTrends(section) {
  const place = slot(section, "plots");
  const note = slot(section, "trend-note");
  let hours = 1;
  let plots = [];

  async function load() {
    const toUs = Date.now() * 1000;
    const fromUs = toUs - hours * 3.6e9;
    let told;
    try {
      const answer = await fetch(`/api/cases/${section.dataset.trends}/trends?from=${fromUs}&to=${toUs}`);
      told = await answer.json();
      if (!answer.ok) throw new Error(told.error.problem);
    } catch {
      note.textContent = "The trends could not be loaded; trying again.";
      return;
    }
    plots.forEach((one) => one.destroy());
    place.replaceChildren();
    const keys = SHOWN.filter((key) => told.series[key]);
    note.textContent = keys.length ? "" : "Nothing in this stretch of time.";
    // All boxes first: a plot takes its width from the finished grid.
    const boxes = keys.map(() => {
      const box = document.createElement("div");
      box.className = "plot";
      place.append(box);
      return box;
    });
    plots = keys.map((key, i) => plot(boxes[i], key, told.series[key], fromUs, toUs));
  }

  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-hours]");
    if (!button) return;
    hours = Number(button.dataset.hours);
    section.querySelectorAll("[data-hours]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    load();
  });
  document.addEventListener("themechange", load);
  let resizing;
  window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(load, 300); });
  setInterval(() => { if (!document.hidden) load(); }, EVERY_MS);
  load();
}
