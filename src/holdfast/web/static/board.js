// The board of all beds.
import { connect } from "./live.js";
import { showConditions, showHead, showSilence, showTiles, slot } from "./view.js";

const board = document.querySelector("[data-live]");
const cards = new Map(Array.from(board.querySelectorAll("[data-bed]"), (card) => [card.dataset.bed, card]));

function show(view) {
  const card = cards.get(view.bed);
  showHead(card, view);
  showConditions(card, view);
  showSilence(card, view);
  showTiles(card, view);
  card.classList.toggle("empty", !view.case_id);
  slot(card, "tiles").hidden = !view.case_id;
  const link = slot(card, "case-link");
  link.hidden = !view.case_id;
  link.setAttribute("href", `/cases/${view.case_id}`);
}

connect(board.dataset.live, (message) => {
  const names = message.beds.map((view) => view.bed);
  if (names.join("|") !== board.dataset.beds) {
    window.location.reload();
    return;
  }
  message.beds.forEach(show);
});
