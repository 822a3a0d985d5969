// Whether everything known fits the working diagnosis. It takes a moment to work out, so the case page does not wait
// for it: this fills it in, and again whenever something was added.
import { slot } from "./view.js";

const strip = document.querySelector("[data-fit]");
const page = document.querySelector("[data-facts]");
let shownFor = null;

function show(look) {
  const template = strip.querySelector(`template[data-level="${look.verdict.level}"]`);
  const verdict = template.content.firstElementChild.cloneNode(true);
  slot(verdict, "verdict-text").textContent = look.verdict.text;
  strip.querySelector(":scope > .verdict")?.remove();
  slot(strip, "fit-wait").hidden = true;
  strip.append(verdict);
  for (const touch of look.touches) {
    const line = document.querySelector(`[data-at-us="${touch.at_us}"] [data-slot="effect"]`);
    if (line) line.textContent = touch.response_text;
  }
}

async function bring() {
  if (shownFor === page.dataset.facts) return;
  const facts = page.dataset.facts;
  try {
    const answer = await fetch(`/api/cases/${strip.dataset.fit}/second-look`);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error.problem);
    show(told);
    shownFor = facts;
  } catch {
    strip.querySelector(":scope > .verdict")?.remove();
    slot(strip, "fit-wait").hidden = false;
  }
}

document.addEventListener("refreshed", () => { shownFor = null; bring(); });
setInterval(() => { if (!document.hidden) { shownFor = null; bring(); } }, 60000);
bring();
