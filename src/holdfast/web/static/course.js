// The course of the case on this page: what holds, what changed, what followed a treatment. The server writes it; this
// brings it again every half minute, not while a finger or a pointer is on its way to something.
import { calm } from "./calm.js";
import { slot } from "./view.js";

const EVERY_MS = 30000;
const LOOK_MS = 2000;
const OLD_MS = 90000;
const place = document.querySelector("[data-course]");
let broughtAt = -Infinity;
let shownAt = performance.now();
let busy = false;

function replace(newer) {
  const older = slot(place, "course-now");
  const open = new Set(Array.from(older?.querySelectorAll("details[open]") ?? [], (fold) => fold.dataset.fold));
  for (const fold of newer.querySelectorAll("details")) fold.open = open.has(fold.dataset.fold);
  const focused = older?.contains(document.activeElement) ? document.activeElement.closest("details")?.dataset.fold : null;
  if (older) older.replaceWith(newer); else slot(place, "course").replaceChildren(newer);
  if (focused) newer.querySelector(`details[data-fold="${CSS.escape(focused)}"] > summary`)?.focus();
}

async function bring() {
  busy = true;
  broughtAt = performance.now();
  try {
    const answer = await fetch(`/cases/${place.dataset.course}/course`, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const newer = slot(told, "course-now");
    if (!newer) return;
    replace(newer);
    shownAt = performance.now();
  } catch {
    // Said below when it lasts.
  } finally {
    busy = false;
  }
}

function look() {
  const old = slot(place, "course-old");
  old.hidden = performance.now() - shownAt < OLD_MS;
  if (document.hidden || busy || performance.now() - broughtAt < EVERY_MS) return;
  if (calm() || !slot(place, "course-now")) bring();
}

if (place?.dataset.course) {
  document.addEventListener("refreshed", () => { broughtAt = -Infinity; });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_MS);
  look();
}
