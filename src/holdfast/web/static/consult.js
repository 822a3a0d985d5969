// The case as a guest sees it: the monitor every two seconds, the rest when something was added.
import { refreshParts } from "./refresh_parts.js";
import { showSilence, showTiles } from "./view.js";

const EVERY_MS = 2000;
const STALE_MS = 12000;
const root = document.querySelector("[data-consult]");
const live = root.querySelector(".case-live");
const stale = root.querySelector("[data-slot=consult-stale]");
let heardAt = performance.now();
let version = null;
let busy = false;

async function piece(path, slot, place) {
  try {
    const answer = await fetch(path, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(`[data-slot="${slot}"]`);
    if (told) place.replaceChildren(told);
  } catch {
    // The next round tries again; the line above says that the page is old.
  }
}

async function pieces() {
  const presses = root.querySelector("[data-presses]");
  await piece(presses.dataset.presses, "presses-now", presses);
  await piece("/consult/look", "look-now", root.querySelector("[data-look]"));
}

async function look() {
  stale.hidden = performance.now() - heardAt < STALE_MS;
  if (busy || document.hidden) return;
  busy = true;
  try {
    const answer = await fetch("/consult/live", { headers: { accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) {
      stale.textContent = `${told.error.problem} ${told.error.remedy}`;
      return;
    }
    heardAt = performance.now();
    if ((told.bed?.bed ?? "") !== root.dataset.bed) {
      window.location.reload();
      return;
    }
    if (live && told.bed) {
      showTiles(live, told.bed);
      showSilence(live, told.bed);
    }
    if (version !== null && told.version !== version) {
      await refreshParts();
      await pieces();
    }
    version = told.version;
  } catch {
    // Said above when it lasts.
  } finally {
    busy = false;
  }
}

setInterval(look, EVERY_MS);
setInterval(() => { if (!document.hidden) pieces(); }, 60000);
look();
pieces();
