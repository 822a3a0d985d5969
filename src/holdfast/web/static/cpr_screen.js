// Puts the state of a resuscitation on its page.
import { amountFor, joulesFor } from "./cpr_clock.js";
import { clock, slot } from "./view.js";

const US = 1e6;
const PHASES = {
  compressions: ["▼", "COMPRESS"],
  pause: ["■", "PAUSE"],
  circulation: ["♥", "CIRCULATION"],
  over: ["–", "OVER"],
};
const DUE = { not_named: "", later: "next in", now: "DUE NOW", overdue: "OVERDUE", done: "given, as often as printed" };
const STEPS = { rhythm_check: "stopped: rhythm, pulse", circulation: "pulse is back", compressor: "compressor changed", stopped: "ended", airway: "airway", access: "access", etco2: "EtCO2" };

function put(root, name, text) {
  const place = slot(root, name);
  if (place.textContent !== text) place.textContent = text;
}

export function minutes(us) {
  const s = Math.floor(Math.abs(us) / US);
  return `${us < 0 ? "+" : ""}${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

export function number(value) { return String(Number(value.toPrecision(3))); }

function range(low, high) { return low === high ? number(low) : `${number(low)} to ${number(high)}`; }

export function showClock(page, told) {
  const [shape, words] = PHASES[told.phase];
  if (page.dataset.phase !== told.phase) page.dataset.phase = told.phase;
  put(page, "phase-shape", shape);
  put(page, "phase", words);
  put(page, "cycle", told.phase === "over" ? "" : `cycle ${told.cycle}`);
  put(page, "left", told.leftUs === null ? minutes(told.phaseUs) : minutes(told.leftUs < 0 ? told.leftUs : told.leftUs + US - 1));
  put(page, "elapsed", minutes(told.elapsedUs));
  put(page, "compressor", told.compressor && `compressing: ${told.compressor}`);
  put(page, "rhythm", told.rhythm && `seen: ${told.rhythm.toUpperCase()}`);
  put(page, "strip-left", `${shape} ${slot(page, "left").textContent}`);
  put(page, "strip-words", told.prompts[0]?.text ?? words);
  slot(page, "strip").classList.toggle("urgent", Boolean(told.prompts[0]?.urgent));
  for (const button of page.querySelectorAll('[data-step="rhythm"]')) button.setAttribute("aria-pressed", String(button.dataset.what === told.rhythm));
  const prompts = slot(page, "prompts");
  const key = JSON.stringify(told.prompts);
  if (prompts.dataset.shown === key) return;
  prompts.dataset.shown = key;
  prompts.replaceChildren(...told.prompts.map((prompt) => {
    const line = document.createElement("li");
    line.dataset.prompt = prompt.key;
    line.classList.toggle("urgent", prompt.urgent);
    line.textContent = `${prompt.urgent ? "! " : ""}${prompt.text}`;
    return line;
  }));
}

export function showDrugs(page, kit, told, weightKg, nowUs) {
  const running = told.phase === "compressions" || told.phase === "pause";
  for (const { drug, given, due, dueUs } of told.drugs) {
    const line = page.querySelector(`[data-drug="${drug.key}"]`);
    const amount = amountFor(drug, weightKg);
    line.dataset.due = running || due === "done" ? due : "not_named";
    put(line, "amount", amountWords(drug, amount));
    put(line, "volume", volumeWords(drug, amount));
    const wait = due === "later" && dueUs ? `${DUE.later} ${minutes(dueUs - nowUs)}` : due === "later" ? "after the shock" : DUE[due];
    put(line, "due", [given ? `given ${given}x` : "", running ? wait : ""].filter(Boolean).join(", "));
  }
  for (const shock of kit.shocks) {
    const line = page.querySelector(`[data-shock="${shock.key}"]`);
    const joules = joulesFor(shock, weightKg, told.shocks);
    put(line, "amount", joules === null ? "weight?" : `${number(joules)} J`);
    put(line, "number", `no. ${told.shocks + 1}`);
  }
}

export function amountWords(drug, amount) {
  if (drug.infusion) return `${range(drug.dose[0], drug.dose[1])} ${drug.dose[2]}`;
  if (!amount) return "weight?";
  return `${range(amount.low, amount.high)} ${amount.unit}`;
}

// The volume is that of one strength, which stands beside it: the vial in the hand may hold another.
function volumeWords(drug, amount) {
  if (!amount || amount.lowMl === null || amount.unit === "mL") return "";
  return `${range(amount.lowMl, amount.highMl)} mL of ${number(drug.per_ml[0])} ${drug.per_ml[1]}/mL`;
}

export function entryWords(entry, kit) {
  const drug = kit.drugs.find((one) => one.key === entry.what);
  const shock = kit.shocks.find((one) => one.key === entry.what);
  const step = entry.step === "drug" || entry.step === "note" ? "" : STEPS[entry.step] ?? entry.step;
  const amount = entry.amount === null ? entry.unit : `${number(entry.amount)} ${entry.unit}`;
  return [step, drug?.drug ?? shock?.name ?? entry.what.replaceAll("_", " "), amount, entry.route].filter(Boolean).join(", ");
}

export function showLog(page, log, kit) {
  const list = slot(page, "log");
  const key = `${log.cpr_id} ${log.entries.length} ${Object.keys(log.withdrawn).length}`;
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  const sorted = [...log.entries].sort((a, b) => b.at_us - a.at_us || (a.entry_id < b.entry_id ? 1 : -1));
  list.replaceChildren(...sorted.map((entry) => {
    const line = slot(page, "line").content.firstElementChild.cloneNode(true);
    const back = log.withdrawn[entry.entry_id];
    line.dataset.entry = entry.entry_id;
    line.classList.toggle("withdrawn", back !== undefined);
    slot(line, "moment").textContent = clock(entry.at_us);
    slot(line, "words").textContent = back === undefined ? entryWords(entry, kit) : `${entryWords(entry, kit)} (taken back: ${back})`;
    slot(line, "by").textContent = entry.by;
    line.querySelector("[data-undo]").hidden = back !== undefined;
    return line;
  }));
}

export function showAfter(page, lines) {
  for (const { key, value, verdict } of lines) {
    const words = value === null ? "not measured" : `now ${number(value)}: ${verdict}`;
    const line = page.querySelector(`[data-after="${key}"]`);
    if (line) slot(line, "measured").textContent = words;
  }
}
