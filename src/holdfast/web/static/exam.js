// The examination: a touch on the chart is a press. What the dog does is chosen once and stays chosen, so that each
// further press is one touch; a press before anything was chosen waits for the choice, with the moment it was made.
import { freshId } from "./forms.js";
import { calm } from "./calm.js";
import { post } from "./outbox.js";
import { refreshParts } from "./refresh_parts.js";
import { nowUs } from "./server_clock.js";

const palette = document.querySelector("[data-palette]");
const say = (text) => { document.querySelector("[data-slot=palette]").textContent = text; };
const chosen = (name) => palette?.querySelector(`input[name=${name}]:checked`);
let down = null;
let waiting = null;

export function drawing() { return document.documentElement.dataset.drawing === "yes"; }

function regionOf(event) {
  return palette && !drawing() ? event.target.closest?.("[data-place]") : null;
}

// Each press has a form of its own: the next one must not wait until this one was answered.
function enter(press) {
  const item = document.querySelector("[data-press-form]").content.firstElementChild.cloneNode(true);
  const form = item.querySelector("form");
  const answer = chosen("response");
  const told = `${press.name}, ${chosen("strength").value}: ${answer.dataset.name}`;
  form.elements.command_id.value = freshId();
  form.elements.at_us.value = String(press.atUs);
  form.elements.place.value = press.place;
  form.elements.strength.value = chosen("strength").value;
  form.elements.response.value = answer.value;
  form.dataset.words = told;
  form.querySelector("[data-slot=press-words]").textContent = told;
  form.addEventListener("recorded", () => { item.remove(); bring(); });
  document.querySelector("[data-under-way]").append(item);
  form.requestSubmit();
  say(`${told}. Each touch on the chart is now saved as: ${answer.dataset.name}.`);
}

function press(region, atUs) {
  const made = { place: region.dataset.place, name: region.dataset.name, atUs };
  document.querySelectorAll(".region.chosen").forEach((one) => one.classList.remove("chosen"));
  if (chosen("response")) {
    enter(made);
    return;
  }
  waiting = made;
  region.classList.add("chosen");
  palette.classList.add("asks");
  say(`${made.name}: what does the dog do?`);
}

document.addEventListener("pointerdown", (event) => {
  const region = regionOf(event);
  down = region ? { region, atUs: nowUs() } : null;
});
document.addEventListener("click", (event) => {
  const region = regionOf(event);
  if (!region) return;
  press(region, down?.region === region ? down.atUs : nowUs());
  down = null;
});
palette?.addEventListener("change", (event) => {
  if (event.target.name !== "response") return;
  palette.classList.remove("asks");
  document.querySelectorAll(".region.chosen").forEach((one) => one.classList.remove("chosen"));
  if (waiting) {
    const made = waiting;
    waiting = null;
    enter(made);
  } else {
    say(`Each touch on the chart is now saved as: ${event.target.dataset.name}.`);
  }
});

// For gloves: one drawing across the whole width, every place at least as wide as a fingertip.
const larger = document.querySelector("[data-larger]");
const KEY = "holdfast-large-chart";

function enlarge(on) {
  document.documentElement.dataset.chart = on ? "large" : "";
  larger?.setAttribute("aria-pressed", String(on));
  try { localStorage.setItem(KEY, on ? "yes" : ""); } catch { /* a private window forgets it */ }
}

try { if (localStorage.getItem(KEY)) enlarge(true); } catch { /* as above */ }
larger?.addEventListener("click", () => enlarge(document.documentElement.dataset.chart !== "large"));

// Arrows: on a drawing to the nearest place that way, in the lines to the next answer that way.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function middle(element) {
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}

function nearest(from, others, [dx, dy]) {
  const [x, y] = middle(from);
  let best = null;
  for (const other of others) {
    const [ox, oy] = middle(other);
    const along = (ox - x) * dx + (oy - y) * dy;
    const across = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    if (other === from || along < 4) continue;
    const far = along + 2 * across;
    if (!best || far < best.far) best = { other, far };
  }
  return best?.other;
}

document.addEventListener("keydown", (event) => {
  const region = event.target.closest?.(".region[data-place]");
  const answer = event.target.closest?.(".exam-options button");
  if (region && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    press(region, nowUs());
    return;
  }
  const way = WAYS[event.key];
  const here = region ?? answer;
  if (!way || !here) return;
  const others = region ? region.closest("svg").querySelectorAll(".region") : document.querySelectorAll(".exam-options button");
  const next = nearest(here, others, way);
  event.preventDefault();
  if (!next) return;
  if (region) {
    region.tabIndex = -1;
    next.setAttribute("tabindex", "0");
  }
  next.focus();
});

// An answer shows at once; the server's word follows.
document.addEventListener("click", (event) => {
  const answer = event.target.closest?.(".exam-options button");
  answer?.parentElement.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === answer)));
});

// What followed each press: soon after one, often.
const list = document.querySelector("[data-presses]");
const SOON_MS = 40000;
let broughtAt = -Infinity;
let pressedAt = -Infinity;
let busy = false;

async function bring() {
  pressedAt = performance.now();
  await fetchPresses();
}

async function fetchPresses() {
  if (busy) return;
  busy = true;
  broughtAt = performance.now();
  try {
    const answer = await fetch(list.dataset.presses, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('[data-slot="presses-now"]');
    const sending = list.querySelector("form.sending");
    if (told && !sending) list.replaceChildren(told);
  } catch {
    // The next round tries again.
  } finally {
    busy = false;
  }
}

if (list) {
  list.addEventListener("recorded", fetchPresses);
  document.addEventListener("refreshed", fetchPresses);
  setInterval(() => {
    const due = performance.now() - pressedAt < SOON_MS ? 3000 : 30000;
    if (!document.hidden && performance.now() - broughtAt > due && calm()) fetchPresses();
  }, 1000);
  fetchPresses();
}

// A photograph goes through the outbox like every other entry: with the moment it was taken, and once.
const photo = document.querySelector("form[data-photograph]");
const seen = (text, look) => {
  const line = photo.querySelector("[data-slot=photograph]");
  line.className = look;
  line.textContent = text;
};
photo?.addEventListener("submit", (event) => event.preventDefault());
photo?.elements.file.addEventListener("change", async () => {
  const file = photo.elements.file.files[0];
  if (!file) return;
  const enteredUs = nowUs();
  const what = photo.elements.what.value;
  const query = new URLSearchParams({ what, place: photo.elements.place.value, command_id: freshId(), at_us: enteredUs });
  seen(`${file.name}: sending ...`, "");
  let result;
  try {
    const body = await file.arrayBuffer(); // as bytes: the file itself may be gone when it is sent
    const words = ["photograph", what || file.name].join(", ");
    result = await post({ url: `${photo.getAttribute("action")}?${query}`, body, type: "application/octet-stream", words, entered_us: enteredUs });
  } catch {
    result = { problem: "It cannot be read. Choose it again." };
  }
  photo.elements.file.value = "";
  if (result.problem) {
    seen(`${file.name}: not kept. ${result.problem}`, "problem");
    return;
  }
  photo.reset();
  seen(result.kept ? "Kept in this browser: it goes out by itself when the server answers." : "Kept.", result.kept ? "kept" : "");
  if (!result.kept) await refreshParts();
});
document.addEventListener("outboxsent", () => { if (photo?.querySelector("[data-slot=photograph].kept")) seen("", ""); });
