// The page of a resuscitation. Its clock and its log run here, with or without the server: what is touched is on the screen
// at once and in this browser's outbox, and the log is put together with the server's whenever it answers.
import { amountFor, clockAt, joulesFor, seen } from "./cpr_clock.js";
import { CprLogs } from "./cpr_log.js";
import { minutes, number, showAfter, showClock, showDrugs, showLog } from "./cpr_screen.js";
import { CprSound } from "./cpr_sound.js";
import { connect } from "./live.js";
import { outboxState, post } from "./outbox.js";
import { heard, nowUs } from "./server_clock.js";
import { everyTick } from "./ticks.js";
import { clock, showSilence, showTiles, slot } from "./view.js";

const ASK_EVERY_MS = 2000;
const CALL_AGAIN_US = 5e6;
const ETCO2 = ["etco2", "etco2_wave"];
const page = document.querySelector(".cpr");
const etco2Form = page.querySelector("[data-etco2]");
const kit = JSON.parse(page.dataset.kit);
const logs = new CprLogs(page.dataset.case, kit, JSON.parse(page.dataset.logs));
const sound = new CprSound();
const weight = { kg: kit.weight_kg, atUs: kit.weight_at_us };
let current = null;
let asked = 0;
let told = { suggestion: null, after: [] };
let liveEtco2 = null;
let called = { key: "", atUs: 0 };

function choose() {
  const running = logs.running();
  if (current && logs.logs.has(current.cpr_id)) return running.find((log) => log !== current);
  current = running[0] ?? null;
  return undefined;
}

function start() {
  choose();
  current ??= logs.start(weight.kg);
  sound.arm();
  awake();
  tick();
}

// The screen of a phone must not go dark.
async function awake() {
  try { await navigator.wakeLock?.request("screen"); } catch { /* not every browser has it */ }
}

function tick() {
  const now = nowUs();
  const other = choose();
  const state = current && clockAt(current, kit, now);
  for (const name of ["clock", "steps", "strip", "log-section"]) slot(page, name).hidden = !state;
  slot(page, "start").hidden = Boolean(state) && state.phase !== "over";
  slot(page, "other").hidden = !other;
  if (other) slot(page, "other-since").textContent = clock(other.started?.at_us ?? other.entries[0].at_us);
  showSound();
  showNet();
  if (!state) {
    page.dataset.phase = "none";
    showEarlier();
    return;
  }
  // What the monitor says now goes before what was logged a while ago.
  if (liveEtco2 !== null) state.prompts = state.prompts.filter(({ key }) => key !== "etco2_low");
  showClock(page, state);
  showDrugs(page, kit, state, weight.kg, now);
  showLog(page, current, kit);
  showWeight(now);
  showSuggestion(state);
  showLowEtco2(state);
  slot(page, "after").hidden = state.phase !== "circulation";
  showAfter(page, told.after);
  slot(page, "record").setAttribute("href", `/cases/${page.dataset.case}/cpr/${current.cpr_id}`);
  hear(state, now);
}

function showEarlier() {
  const list = slot(page, "earlier");
  if (list.childElementCount === logs.logs.size) return;
  list.replaceChildren(...[...logs.logs.values()].map((log) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/cases/${page.dataset.case}/cpr/${log.cpr_id}`;
    link.textContent = `Earlier resuscitation, ${clock(log.started?.at_us ?? log.entries[0]?.at_us ?? 0)}`;
    item.append(link);
    return item;
  }));
}

function showWeight(now) {
  const words = slot(page, "weight-words");
  const old = weight.kg === null || weight.atUs === null || now - weight.atUs > kit.protocol.weight_fresh_us;
  const age = weight.atUs === null ? "" : `, weighed ${minutes(now - weight.atUs).replace(/:.*/, "")} min ago`;
  const text = weight.kg === null ? "NO WEIGHT: no dose can be worked out" : `Doses for ${weight.kg} kg${age}${old ? ": OLD, weigh when you can" : ""}`;
  if (words.textContent !== text) words.textContent = text;
  words.classList.toggle("missing", old);
}

function showSuggestion(state) {
  const shown = told.suggestion && (state.phase === "compressions" || state.phase === "pause");
  slot(page, "suggestion").hidden = !shown;
  if (!shown) return;
  slot(page, "suggestion-text").textContent = told.suggestion.text;
  slot(page, "suggestion-why").textContent = told.suggestion.reasons.join("; ");
}

// In one line, because the clock must stay in sight: the whole of it stands at the foot of the page.
function showNet() {
  const { entries, down, signedOut } = outboxState();
  const gone = down || signedOut || document.body.classList.contains("is-stale");
  const line = slot(page, "net");
  line.hidden = !gone && !entries.length;
  const waiting = entries.length ? `${entries.length} to send` : "";
  const text = [signedOut ? "SIGNED OUT: goes on here" : gone ? "NO SERVER: clock and log go on here" : "", waiting].filter(Boolean).join(", ");
  if (line.textContent !== text) line.textContent = text;
}

// Beside the clock, with its age; one that is not fresh is no number to compress by.
function showEtco2({ values }) {
  const told = ETCO2.map((key) => values.find((value) => value.key === key)).filter(Boolean);
  const value = told.find(({ state }) => state === "fresh") ?? told[0];
  liveEtco2 = value?.state === "fresh" ? value.value : null;
  slot(page, "etco2-live").textContent = liveEtco2 === null ? "--" : `${value.text} ${value.unit}`;
  slot(page, "etco2-age").textContent = value ? [value.age, value.reason].filter(Boolean).join(" ") : "not measured";
}

function showLowEtco2(state) {
  const line = slot(page, "etco2-low");
  if (!line) return;
  if (document.body.classList.contains("is-stale") && liveEtco2 !== null) showEtco2({ values: [] });
  line.hidden = state.phase !== "compressions" || liveEtco2 === null || liveEtco2 >= kit.protocol.etco2_floor_mmhg;
}

function showSound() {
  const button = page.querySelector("[data-sound]");
  const text = sound.running ? (sound.on.beat ? "Sound: beat, breaths" : "Sound: calls only") : "SOUND OFF: touch";
  if (button.textContent !== text) button.textContent = text;
}

function hear(state, now) {
  const intubated = current.entries.some((e) => e.step === "airway" && e.what === "intubated" && !(e.entry_id in current.withdrawn));
  const [low, high] = kit.compressions_per_min;
  const compressing = state.phase === "compressions";
  const breathing = intubated && (compressing || state.phase === "pause");
  sound.tick({ compressing, breathing, beatsPerMin: (low + high) / 2, breathsPerMin: kit.breaths_per_min });
  const first = state.prompts.find((prompt) => ["rhythm_check", "next_compressor", "compress"].includes(prompt.key));
  if (!first) { called = { key: "", atUs: 0 }; return; }
  const again = first.key !== "next_compressor" && now - called.atUs > CALL_AGAIN_US;
  if (first.key === called.key && !again) return;
  if (first.key === "compress" && !first.urgent) return;
  called = { key: first.key, atUs: now };
  sound.call({ rhythm_check: "check", next_compressor: "next", compress: "late" }[first.key]);
}

// Only what is certain goes on record: not one end of a range, and not a route that nobody named.
function give(drug) {
  const amount = amountFor(drug, weight.kg);
  const exact = amount !== null && amount.low === amount.high;
  const access = seen(current, nowUs()).filter((entry) => entry.step === "access").map((entry) => entry.what.toUpperCase());
  const routes = drug.routes.length === 1 ? drug.routes : drug.routes.filter((route) => access.includes(route));
  const route = routes.length === 1 ? routes[0] : "";
  logs.touch(current, { step: "drug", what: drug.key, amount: exact ? amount.low : null, unit: exact ? amount.unit : "", route });
}

function shock(key) {
  const state = clockAt(current, kit, nowUs());
  const joules = joulesFor(kit.shocks.find((one) => one.key === key), weight.kg, state.shocks);
  logs.touch(current, { step: "shock", what: key, amount: joules, unit: joules === null ? "" : "J" });
}

function pressed(target) {
  if (target.closest("[data-start]")) {
    if (current && !logs.running().includes(current)) current = null;
    start();
    return true;
  }
  if (target.closest("[data-sound]")) {
    if (sound.running) sound.on.beat = sound.on.breath = !sound.on.beat;
    sound.arm();
    return true;
  }
  if (!current) return false;
  const step = target.closest("[data-step]");
  if (step) logs.touch(current, { step: step.dataset.step, what: step.dataset.what ?? "" });
  const drug = target.closest("[data-give]");
  if (drug) give(kit.drugs.find((one) => one.key === drug.dataset.give));
  const energy = target.closest("[data-shock-given]");
  if (energy) shock(energy.dataset.shockGiven);
  const undo = target.closest("[data-undo]");
  if (undo) logs.withdraw(current, undo.closest("[data-entry]").dataset.entry);
  if (target.closest("[data-join]")) {
    const [older, newer] = logs.running();
    logs.join(newer, older);
    current = older;
  }
  return Boolean(step || drug || energy || undo || target.closest("[data-join]"));
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !pressed(button)) return;
  button.classList.add("felt"); // seen at arm's length, also with gloves
  setTimeout(() => button.classList.remove("felt"), 400);
  navigator.vibrate?.(30);
  tick();
});

page.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const value = (name) => form.elements[name].value.trim();
  if (form === etco2Form) logEtco2(value("amount"));
  if (form.matches("[data-other-drug]") && value("what")) logs.touch(current, { step: "drug", what: value("what"), unit: value("unit") });
  if (form.matches("[data-note]") && value("what")) logs.touch(current, { step: "note", what: value("what") });
  if (form.matches("[data-weigh]")) weigh(Number(value("weight_kg")));
  form.reset();
  tick();
});

// What was typed, or with one touch what the monitor says now.
function logEtco2(typed) {
  const amount = typed ? Number(typed) : liveEtco2;
  if (amount !== null) logs.touch(current, { step: "etco2", amount, unit: "mmHg" });
}

function weigh(kg) {
  const at = nowUs();
  Object.assign(weight, { kg, atUs: at });
  const body = new URLSearchParams({ weight_kg: String(kg), at_us: String(at), command_id: `weight-${at}` });
  post({ url: `/cases/${page.dataset.case}/weight`, body: String(body), type: "application/x-www-form-urlencoded", words: `weight ${kg} kg`, entered_us: at }, 0);
}

async function ask() {
  try {
    const sentMs = Date.now();
    const answer = await fetch(`/api/cases/${page.dataset.case}/cpr`, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const receivedMs = Date.now();
    const server = await answer.json();
    heard(server.server_us, sentMs, receivedMs);
    logs.merge(server.logs);
    told = server;
    if (server.weight_at_us !== null && (weight.atUs === null || server.weight_at_us > weight.atUs)) {
      Object.assign(weight, { kg: server.weight_kg, atUs: server.weight_at_us });
    }
    tick();
  } catch {
    told = { suggestion: null, after: [] }; // nothing is known of now
  }
}

if (page.dataset.live) {
  connect(page.dataset.live, (message) => {
    if (message.type !== "state") return;
    const here = message.case_id === page.dataset.case;
    slot(page, "values").hidden = !here; // the dog was moved: numbers of another dog must never stand here
    if (!here) return;
    showTiles(page, message);
    showSilence(page, message);
    showEtco2(message);
    etco2Form.elements.amount.placeholder = liveEtco2 === null ? "" : `now ${number(liveEtco2)}`;
  });
}

for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, () => { if (current && !sound.running) sound.arm(); }, { capture: true, passive: true });
document.addEventListener("visibilitychange", () => { if (!document.hidden && current) awake(); });
everyTick(() => {
  tick();
  if (performance.now() - asked < ASK_EVERY_MS) return;
  asked = performance.now();
  ask();
});

if (location.hash === "#start") {
  history.replaceState(null, "", location.pathname); // a reload goes on, it does not begin again
  start();
}
tick();
