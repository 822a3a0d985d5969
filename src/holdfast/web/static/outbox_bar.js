// Says how many entries wait to be sent, why, and what the server refused; and that a page is this browser's old copy.
import { drain, outboxState, sendAgain, throwAway } from "./outbox.js";
import { ask, own } from "./session.js";
import { clock, slot } from "./view.js";

const ASK_EVERY_MS = 5000;
const bar = document.getElementById("outbox");
const copy = document.getElementById("kept-copy");

function entries(count) { return count === 1 ? "1 entry" : `${count} entries`; }

function why(state, waiting) {
  const others = [...new Set(waiting.filter((entry) => entry.account !== own.account).map((entry) => entry.who))];
  if (others.length) return `${others.join(" and ")} must sign in here, then they are sent.`;
  if (state.signedOut) return "You are signed out: sign in again, then they are sent.";
  if (state.down) return state.words || "The server does not answer. They go out by themselves, in order, each once.";
  return "Being sent.";
}

function line(entry) {
  const item = slot(bar, "line").content.firstElementChild.cloneNode(true);
  item.dataset.order = entry.order;
  slot(item, "moment").textContent = clock(entry.entered_us);
  slot(item, "words").textContent = entry.words;
  slot(item, "refused").textContent = entry.refused;
  slot(item, "acts").hidden = !entry.refused;
  return item;
}

function show() {
  const state = outboxState();
  const waiting = state.entries.filter((entry) => !entry.refused);
  const refused = state.entries.length - waiting.length;
  bar.hidden = !state.entries.length;
  bar.dataset.waiting = String(waiting.length);
  bar.dataset.refused = String(refused);
  const counts = [];
  if (waiting.length) counts.push(`${entries(waiting.length)} ${waiting.length === 1 ? "waits" : "wait"} to be sent.`);
  if (refused) counts.push(`${entries(refused)} refused by the server: not on record.`);
  slot(bar, "count").textContent = counts.join(" ");
  slot(bar, "why").textContent = waiting.length ? why(state, waiting) : "";
  slot(bar, "sign-in").hidden = !(state.signedOut && waiting.length);
  if (slot(bar, "fold").open || refused) slot(bar, "list").replaceChildren(...state.entries.map(line));
}

bar.addEventListener("click", async (event) => {
  const order = Number(event.target.closest("[data-order]")?.dataset.order);
  if (event.target.closest("[data-again]")) await sendAgain(order);
  const away = event.target.closest("[data-away]");
  if (!away) return;
  if (away.dataset.away === "sure") await throwAway(order);
  else {
    away.dataset.away = "sure";
    away.textContent = "Really throw it away";
  }
});
slot(bar, "fold").addEventListener("toggle", show);
slot(bar, "sign-in").setAttribute("href", `/login?next=${encodeURIComponent(location.pathname)}`);
document.addEventListener("outboxchange", show);
show();

// A copy: loud, with the moment of it, and the way to the real page as soon as the server answers.
const keptMs = Number(document.documentElement.dataset.keptMs);
if (keptMs) {
  copy.hidden = false;
  slot(copy, "since").textContent = new Date(keptMs).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const timer = setInterval(async () => {
    const session = await ask();
    if (!session) return;
    clearInterval(timer);
    slot(copy, "back").hidden = false;
    if (session !== "signed out") drain();
  }, ASK_EVERY_MS);
  slot(copy, "back").addEventListener("click", () => location.reload());
}
