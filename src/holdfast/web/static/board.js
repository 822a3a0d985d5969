// The board of all beds, the one that needs a person first in front.
import { showBedAlarms } from "./alarm_items.js";
import { calm } from "./calm.js";
import { connect } from "./live.js";
import { showHead, showSilence, showTiles, slot } from "./view.js";

const REORDER_EVERY_MS = 5000;
const board = document.querySelector("[data-live]");
const cards = new Map(Array.from(board.querySelectorAll("[data-bed]"), (card) => [card.dataset.bed, card]));
let reorderedAt = performance.now();

function show(view) {
  const card = cards.get(view.bed);
  showHead(card, view);
  showBedAlarms(card, view);
  showSilence(card, view);
  showTiles(card, view);
  card.classList.toggle("empty", !view.case_id);
  card.dataset.urgent = view.alarms.alarms[0]?.priority ?? "";
  slot(card, "tiles").hidden = !view.case_id;
  const link = slot(card, "case-link");
  link.hidden = !view.case_id;
  link.setAttribute("href", `/cases/${view.case_id}`);
  const cpr = slot(card, "cpr-link");
  if (!cpr) return;
  cpr.hidden = !view.case_id;
  cpr.setAttribute("href", `/cases/${view.case_id}/cpr#start`);
}

// Cards change places seldom, and never while somebody is reaching for one; the bar on top is always up to date.
function reorder(names) {
  const shown = Array.from(board.children, (card) => card.dataset.bed);
  if (shown.join("|") === names.join("|") || !calm() || performance.now() - reorderedAt < REORDER_EVERY_MS) return;
  const focused = board.contains(document.activeElement) ? document.activeElement : null;
  board.append(...names.map((name) => cards.get(name)));
  focused?.focus();
  reorderedAt = performance.now();
}

connect(board.dataset.live, (message) => {
  const names = message.beds.map((view) => view.bed);
  if (names.length !== cards.size || names.some((name) => !cards.has(name))) {
    window.location.reload();
    return;
  }
  message.beds.forEach(show);
  reorder(names);
});
