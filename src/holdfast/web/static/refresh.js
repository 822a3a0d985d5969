// Two people may work on one case: when somebody added something, it appears here by itself.
import { refreshParts } from "./refresh_parts.js";

const EVERY_MS = 5000;
const page = document.querySelector("[data-facts]");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`/api/cases/${page.dataset.case}`);
    if (answer.ok && String((await answer.json()).facts) !== page.dataset.facts) await refreshParts();
  } catch {
    // The next round tries again; live values have their own, louder watch.
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
