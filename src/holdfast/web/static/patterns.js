// Example waveforms for the pattern page, so that strips can be looked at without a monitor.
import { Sweep } from "./sweep.js";

const container = document.querySelector("[data-example-strips]");
const sweep = new Sweep(container, document.getElementById("strip"));
const RATE = 125;

function bump(phase, at, width, height) {
  return height * Math.exp(-(((phase - at) / width) ** 2));
}

const examples = [
  { key: "ecg_ii", label: "ECG II (example)", unit: "mV", origin: "simulated", value: (t) => { const p = t % 0.6; return bump(p, 0.1, 0.02, 0.15) + bump(p, 0.2, 0.008, 1.2) - bump(p, 0.22, 0.008, 0.3) + bump(p, 0.38, 0.03, 0.25); } },
  { key: "pleth", label: "Pleth (example)", unit: "1", origin: "replayed", value: (t) => { const p = t % 0.6; return bump(p, 0.25, 0.08, 1) + bump(p, 0.42, 0.06, 0.35); } },
  { key: "resp", label: "Lead off: nothing is drawn (example)", unit: "Ohm", origin: "live", value: () => null },
];

let sent = Math.floor(Date.now() / 1000) * 1000;
setInterval(() => {
  const now = Date.now();
  const count = Math.floor(((now - sent) / 1000) * RATE);
  for (const { value, ...head } of examples) {
    const samples = Array.from({ length: count }, (_, i) => value(sent / 1000 + i / RATE));
    sweep.wave({ ...head, rate_hz: RATE, start_us: sent * 1000, samples });
  }
  sent += (count / RATE) * 1000;
}, 500);
