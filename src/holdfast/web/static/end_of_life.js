// The page follows the bed once a second: numbers at once, and everything recorded (a change that the watch saw, a step
// that somebody else made) as soon as the record has it.
import { connect } from "./live.js";
import { refreshParts } from "./refresh_parts.js";
import { showSilence, showTiles } from "./view.js";

const EVERY_MS = 2000;
const page = document.querySelector("[data-eol]");
const tiles = page.querySelector(".live-tiles");
const SETTLE_MS = 600;
const MOVED_PX = 4;
let asking = false;
let movedAt = -SETTLE_MS;

// Of the watch: what stands below it moves with it.
function height() {
  return page.querySelector('[data-part="eol-watch"]')?.offsetHeight ?? 0;
}

function write(name, text) {
  const place = page.querySelector(`[data-slot="${name}"]`);
  if (place && text && place.textContent !== text) place.textContent = text;
}

async function look() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(`/api/cases/${page.dataset.case}/end-of-life`);
    if (!answer.ok) return;
    const { order } = await answer.json();
    if (!order) return;
    if (String(order.version) !== page.dataset.version) {
      const before = height();
      if (await refreshParts()) page.dataset.version = order.version;
      if (Math.abs(height() - before) > MOVED_PX) movedAt = performance.now();
    }
    write("heart", order.heart);
    const heart = page.querySelector('[data-slot="heart"]');
    if (heart) heart.dataset.beating = String(order.beating);
    write("judged", order.death?.text);
    if (order.death?.met && !page.querySelector('[data-testid="confirm-death"]')) await refreshParts();
  } catch {
    // The bar on top says that nothing arrives.
  } finally {
    asking = false;
  }
}

// What was brought in has moved what stands below it: a finger on its way there meant something else. Stop is taken always.
document.addEventListener("click", (event) => {
  if (performance.now() - movedAt > SETTLE_MS || !event.target.closest(".now button")) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

if (page.dataset.live) {
  connect(page.dataset.live, (message) => {
    if (message.type !== "state") return;
    if (message.case_id !== page.dataset.case && tiles) tiles.hidden = true;
    else if (tiles) {
      showSilence(tiles, message);
      showTiles(tiles, message);
    }
    look();
  });
} else {
  setInterval(look, EVERY_MS);
}
