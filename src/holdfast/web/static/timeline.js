// The timeline, drawn: strips of the monitor above one lane for each kind of entry, from months down to seconds.
// The list below the drawing is the page itself; here is only another way to look at it.
const SHOWN = ["hr", "hr_ecg", "spo2", "rr", "art_mean", "nibp_mean", "etco2", "temp"];
const US = 1e6;
const SPAN_MIN_US = 20 * US;
const TRENDS_MAX_US = 14 * 86400 * US;
const LEFT = 104;
const [STRIP, LANE, AXIS, EDGE] = [54, 26, 22, 8];
const STEPS_S = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 15552000, 31536000];

const view = document.querySelector("[data-timeline]");
const slot = (name) => view.querySelector(`[data-slot="${name}"]`);
const svg = slot("drawing");
const list = document.querySelector('[data-slot="lines"]');
const all = { from: Number(view.dataset.fromUs), to: Number(view.dataset.toUs), stay: Number(view.dataset.admittedUs) };
let range = { from: all.stay, to: all.to };
let trends = {};
let asked = 0;

// What the list shows, read from it: its filters and its words hold here too.
const lines = [...list.querySelectorAll("[data-seq]")].map((line) => ({
  line,
  at: Number(line.dataset.atUs),
  end: line.dataset.endUs ? Number(line.dataset.endUs) : null,
  category: line.dataset.category,
  words: line.querySelector(".line-text").textContent.trim(),
  who: line.querySelector(".line-who").textContent.trim(),
}));
const lanes = [...new Set([...document.querySelectorAll('.filters input[name="category"]')].map((one) => one.value))].filter((name) => lines.some((one) => one.category === name));

function make(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const width = () => Math.max(280, svg.clientWidth || view.clientWidth);
const left = () => (width() < 520 ? 72 : LEFT);
const place = (at) => left() + ((at - range.from) / (range.to - range.from)) * (width() - left() - EDGE);
const inView = (at) => at >= range.from && at <= range.to;

function words(us, stepS) {
  const at = new Date(us / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${at.getDate()} ${at.toLocaleString("en-GB", { month: "short" })}`;
  if (stepS >= 2592000) return `${at.toLocaleString("en-GB", { month: "short" })} ${at.getFullYear()}`;
  if (stepS >= 86400) return day;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (stepS < 60) return `${clock}:${two(at.getSeconds())}`;
  return at.getHours() === 0 && at.getMinutes() === 0 ? day : clock;
}

function span(us) {
  const s = us / US;
  for (const [unit, length] of [["months", 2592000], ["days", 86400], ["h", 3600], ["min", 60]]) if (s >= 2 * length) return `${Math.round(s / length)} ${unit}`;
  return `${Math.round(s)} s`;
}

function axis(height) {
  const room = (width() - left()) / 84;
  const step = STEPS_S.find((one) => ((range.to - range.from) / US) / one <= room) ?? STEPS_S.at(-1);
  const shift = new Date(range.from / 1000).getTimezoneOffset() * 60;
  const parts = [];
  for (let s = Math.ceil((range.from / US - shift) / step) * step + shift; s * US <= range.to; s += step) {
    const x = place(s * US);
    parts.push(make("line", { x1: x, x2: x, y1: 0, y2: height - AXIS, class: "tick" }));
    parts.push(make("text", { x, y: height - 6, "text-anchor": "middle" }, words(s * US, step)));
  }
  return parts;
}

function strip(key, series, top) {
  const shown = series.at_us.map((at, i) => i).filter((i) => inView(series.at_us[i]));
  if (!shown.length) return [];
  const lowest = Math.min(...shown.map((i) => series.low[i]));
  const highest = Math.max(...shown.map((i) => series.high[i]));
  const y = (value) => top + STRIP - 6 - ((value - lowest) / (highest - lowest || 1)) * (STRIP - 16);
  const steps = shown.slice(1).map((i, n) => series.at_us[i] - series.at_us[shown[n]]).sort((a, b) => a - b);
  const gap = 5 * (steps[steps.length >> 1] ?? 0);
  const runs = [];
  shown.forEach((i, n) => {
    if (!n || series.at_us[i] - series.at_us[shown[n - 1]] > gap) runs.push([]);
    runs.at(-1).push(i);
  });
  const group = make("g", { class: `c-${key.split("_")[0]}` });
  for (const run of runs) {
    const upper = run.map((i) => `${place(series.at_us[i])},${y(series.high[i])}`);
    const lower = run.map((i) => `${place(series.at_us[i])},${y(series.low[i])}`).reverse();
    group.append(make("polygon", { points: [...upper, ...lower].join(" "), class: "band-of" }));
    const points = run.map((i) => `${place(series.at_us[i])},${y(series.last[i])}`);
    if (run.length === 1) points.push(`${place(series.at_us[run[0]]) + 2},${y(series.last[run[0]])}`);
    group.append(make("polyline", { points: points.join(" "), class: "value" }));
  }
  const number = (value) => String(Math.round(value * 10) / 10);
  group.append(make("text", { x: 0, y: top + 16, class: "lane-name" }, series.label.slice(0, left() < LEFT ? 10 : 16)));
  group.append(make("text", { x: 0, y: top + 32 }, `${number(lowest)} - ${number(highest)}`));
  return [group];
}

function lane(name, top) {
  const middle = top + LANE / 2;
  const parts = [make("text", { x: 0, y: middle + 4, class: "lane-name" }, name.replaceAll("_", " "))];
  parts.push(make("line", { x1: left(), x2: width() - EDGE, y1: middle, y2: middle, class: "lane-line" }));
  const groups = [];
  for (const one of lines.filter((line) => line.category === name)) {
    if (one.end && one.end > range.from && one.at < range.to) {
      const [from, to] = [place(Math.max(one.at, range.from)), place(Math.min(one.end, range.to))];
      parts.push(make("line", { x1: from, x2: Math.max(to, from + 2), y1: middle, y2: middle, class: "lasts" }));
    }
    if (!inView(one.at)) continue;
    const x = place(one.at);
    if (groups.length && x - groups.at(-1).x < 15) groups.at(-1).of.push(one);
    else groups.push({ x, of: [one] });
  }
  for (const group of groups) {
    const mark = make("circle", { cx: group.x, cy: middle, r: group.of.length > 1 ? 9 : 7, class: `mark-at in-${name}`, "data-testid": "mark" });
    mark.addEventListener("pointerenter", () => say(group.of));
    mark.addEventListener("click", () => find(group.of));
    parts.push(mark);
    if (group.of.length > 1) parts.push(make("text", { x: group.x, y: middle + 4, class: "many" }, group.of.length > 99 ? "99+" : String(group.of.length)));
  }
  return parts;
}

function say(group) {
  const first = group[0];
  const more = group.length > 1 ? ` (and ${group.length - 1} more until ${words(group.at(-1).at, 1)}; zoom in to tell them apart)` : "";
  slot("said").textContent = `${new Date(first.at / 1000).toLocaleString("en-GB")}: ${first.words} - ${first.who}${more}`;
}

function find(group) {
  say(group);
  list.querySelectorAll(".found").forEach((one) => one.classList.remove("found"));
  group.forEach((one) => one.line.classList.add("found"));
  group[0].line.scrollIntoView({ block: "center", behavior: "smooth" });
}

function draw() {
  const strips = SHOWN.filter((key) => trends[key]?.at_us.some(inView));
  const height = strips.length * STRIP + lanes.length * LANE + AXIS;
  svg.setAttribute("viewBox", `0 0 ${width()} ${height}`);
  svg.setAttribute("height", height);
  const parts = axis(height);
  strips.forEach((key, n) => parts.push(...strip(key, trends[key], n * STRIP)));
  lanes.forEach((name, n) => parts.push(...lane(name, strips.length * STRIP + n * LANE)));
  svg.replaceChildren(...parts);
  const stamp = (us) => new Date(us / 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
  slot("range").textContent = `${stamp(range.from)} to ${stamp(range.to)}, ${span(range.to - range.from)}`;
}

// The strips: asked for again a moment after the range stands still.
let waiting;
async function load() {
  const number = (asked += 1);
  const from = Math.floor(Math.max(range.from, all.stay - 60 * US));
  const to = Math.ceil(Math.min(range.to, all.to, from + TRENDS_MAX_US)) + 1;
  if (from >= to) return;
  try {
    const answer = await fetch(`/api/cases/${view.dataset.timeline}/trends?from=${from}&to=${to}`);
    if (!answer.ok) throw new Error();
    const told = await answer.json();
    if (number !== asked) return;
    trends = told.series;
    draw();
  } catch {
    slot("said").textContent = "The strips of the monitor could not be loaded.";
  }
}

function show(from, to) {
  const most = Math.max((all.to - all.from) * 1.1, 120 * US);
  const length = Math.min(Math.max(to - from, SPAN_MIN_US), most);
  const middle = Math.min(Math.max((from + to) / 2, all.from), all.to);
  range = { from: middle - length / 2, to: middle + length / 2 };
  draw();
  clearTimeout(waiting);
  waiting = setTimeout(load, 250);
}

function zoom(factor, around = (range.from + range.to) / 2) {
  show(around - (around - range.from) * factor, around + (range.to - around) * factor);
}

const move = (part) => show(range.from + part * (range.to - range.from), range.to + part * (range.to - range.from));

view.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const middle = (range.from + range.to) / 2;
  const pad = (from) => 0.03 * Math.max(all.to - from, 60 * US);
  if (button.dataset.zoom) zoom(button.dataset.zoom === "in" ? 0.5 : 2);
  else if (button.dataset.move) move(0.5 * Number(button.dataset.move));
  else if (button.dataset.span === "all") show(all.from - pad(all.from), all.to + pad(all.from));
  else if (button.dataset.span === "stay") show(all.stay - pad(all.stay), all.to + pad(all.stay));
  else show(middle - (Number(button.dataset.span) * US) / 2, middle + (Number(button.dataset.span) * US) / 2);
});

svg.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.shiftKey && document.activeElement !== svg) return; // the page must still scroll
  event.preventDefault();
  const x = event.clientX - svg.getBoundingClientRect().left;
  zoom(event.deltaY > 0 ? 1.25 : 0.8, range.from + ((x - left()) / (width() - left())) * (range.to - range.from));
}, { passive: false });

let held;
svg.addEventListener("pointerdown", (event) => { held = { x: event.clientX, range }; });
window.addEventListener("pointerup", () => { held = null; });
svg.addEventListener("pointermove", (event) => {
  if (!held || Math.abs(event.clientX - held.x) < 4) return;
  const part = (held.x - event.clientX) / (width() - left());
  const length = held.range.to - held.range.from;
  show(held.range.from + part * length, held.range.to + part * length);
});

svg.addEventListener("keydown", (event) => {
  const act = { ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), "+": () => zoom(0.5), "-": () => zoom(2) }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

view.hidden = false;
view.querySelector('[data-span="stay"]').click();
new ResizeObserver(draw).observe(view);
