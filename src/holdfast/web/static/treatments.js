// The board brings itself up to date; the form of a checked dose says what it rests on; the pump rate is worked out by
// the server, so that there is one arithmetic and not two.
import { refreshParts } from "./refresh_parts.js";

const EVERY_MS = 5000;
const page = document.querySelector("[data-treatments]");
let seen = "";

function essence(told) {
  return JSON.stringify(told, (key, value) => (key === "server_us" ? undefined : value));
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(page.dataset.treatments);
    if (!answer.ok) return;
    const now = essence(await answer.json());
    if (seen && now !== seen) await refreshParts();
    seen = now;
  } catch {
    // The bar on top says that nothing arrives.
  }
}

const drug = page.querySelector('[data-testid="dose-key"]');

function choose() {
  const chosen = drug.selectedOptions[0].dataset;
  const form = drug.form;
  const place = (name) => form.querySelector(`[data-slot="${name}"]`);
  place("dose-unit").textContent = chosen.unit ?? "";
  place("dose-says").textContent = chosen.unit
    ? `${chosen.when} Source: ${chosen.source} (${chosen.grade}). ${chosen.cautions}`
    : "";
  form.elements.dose.value = chosen.low ?? "";
  form.elements.route.value = chosen.route ?? "";
  form.elements.per_ml.value = chosen.strength ?? "";
  form.elements.per_ml_unit.value = chosen.strengthUnit ?? "";
}

const infusion = page.querySelector("[data-infusion]:is(form)");

let newest = 0;

// Answers may come in another order than they were asked: only the one to what stands in the fields now is shown.
async function rate() {
  const mine = ++newest;
  const field = infusion.elements;
  const place = infusion.querySelector('[data-slot="rate"]');
  if (!field.dose.value) return;
  const asked = new URLSearchParams({
    dose: field.dose.value,
    unit: field.dose_unit.value,
    weight_kg: field.weight_kg.value || field.known_weight.value,
    per_ml: field.per_ml.value,
    per_ml_unit: field.per_ml_unit.value,
  });
  try {
    const answer = await fetch(`/api/infusion-rate?${asked}`);
    const told = await answer.json();
    if (mine !== newest) return;
    place.textContent = answer.ok ? `Pump: ${told.text}` : `${told.error.problem} ${told.error.remedy}`;
  } catch {
    if (mine === newest) place.textContent = "Not worked out: no answer came.";
  }
}

if (drug) drug.addEventListener("change", choose);
if (infusion) infusion.addEventListener("input", rate);
setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
look();
