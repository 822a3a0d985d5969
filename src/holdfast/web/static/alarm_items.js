// Lines of alarms, in the bar and on the beds. The markup is the server's (alarm_parts.html); this fills and orders it.
import { freshId } from "./forms.js";
import { clock, slot } from "./view.js";

const SHAPES = { high: "!!!", medium: "!!", low: "!" };
const ENDED = { not_known: "Not known any more whether it lasts", not_watched: "Not watched any more" };
const JUST_MOVED_MS = 600;
const HINT_MS = 2500;
let movedAt = -Infinity;

const template = document.querySelector("#alarm-bar > template");

function set(root, name, text) {
  const place = slot(root, name);
  if (place.textContent !== text) place.textContent = text;
}

function stateWords(alarm) {
  const since = clock(alarm.began_us);
  const times = alarm.times > 1 ? `, ${alarm.times} times` : "";
  const called = alarm.called ? `; ${alarm.called} called ${clock(alarm.called_us)}` : "";
  if (alarm.state === "latched") return `${ENDED[alarm.ended_why] ?? "It is over"}, nobody has seen it; ${since} to ${clock(alarm.ended_us)}${times}${called}`;
  if (alarm.state === "acknowledged") return `Acknowledged by ${alarm.acknowledged_by} ${clock(alarm.acknowledged_us)}; since ${since}`;
  return `${alarm.technical ? "Equipment; since" : "Since"} ${since}${times}${called}`;
}

export function offWords(off) {
  const until = off.until_us ? `until ${clock(off.until_us)}` : "until switched on";
  return `Off: ${off.label}, ${until}, by ${off.by}: ${off.reason}`;
}

function fill(line, row) {
  const { alarm } = row;
  line.className = `alarm ${alarm.priority} ${alarm.state}${alarm.technical ? " technical" : ""}`;
  line.dataset.state = alarm.state;
  line.dataset.testid = `alarm-${alarm.kind}`;
  set(line, "shape", SHAPES[alarm.priority] ?? "!");
  set(line, "priority", `${alarm.priority} priority${alarm.technical ? ", technical" : ""}:`);
  const where = slot(line, "where");
  where.setAttribute("href", row.bed ? `/beds/${encodeURIComponent(row.bed)}` : `/cases/${row.case_id}/alarms`);
  set(line, "where", `${row.training ? "SIMULATED " : ""}${row.name} · ${row.bed || "on no bed"}`);
  set(line, "text", alarm.text);
  set(line, "state", stateWords(alarm));
  const opinion = slot(line, "opinion");
  opinion.hidden = !alarm.second_opinion;
  opinion.dataset.verdict = alarm.second_opinion?.verdict ?? "";
  set(line, "opinion", alarm.second_opinion?.text ?? "");
  const form = slot(line, "acknowledge");
  if (!form) return;
  form.hidden = alarm.state === "acknowledged";
  form.setAttribute("action", `/cases/${row.case_id}/alarms/${alarm.alarm_id}/acknowledge`);
}

function makeLine(key) {
  const line = template.content.firstElementChild.cloneNode(true);
  line.dataset.key = key;
  const form = slot(line, "acknowledge");
  if (form) form.elements.command_id.value = freshId();
  return line;
}

// ``rows``: {bed, case_id, name, training, alarm}, most urgent first.
export function showAlarms(list, rows) {
  const lines = new Map(Array.from(list.children, (line) => [line.dataset.key, line]));
  const before = Array.from(lines.keys()).join();
  const wanted = rows.map((row) => {
    const key = `${row.case_id}/${row.alarm.alarm_id}`;
    const line = lines.get(key) ?? makeLine(key);
    fill(line, row);
    return line;
  });
  const now = wanted.map((line) => line.dataset.key).join();
  if (before === now) {
    list.dataset.shown = "yes";
    return;
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  list.replaceChildren(...wanted);
  if (focused && list.contains(focused)) focused.focus();
  if (list.dataset.shown) movedAt = performance.now(); // not what only fills the page as it opens
  list.dataset.shown = "yes";
}

export function bedRows(view) {
  const { bed, case_id, name, training } = view;
  return view.alarms.alarms.map((alarm) => ({ bed, case_id, name, training, alarm }));
}

// The list on a card or a bed page; a card shows the first and counts the others.
export function showBedAlarms(root, view) {
  const place = slot(root, "alarm-list");
  showAlarms(slot(place, "alarms"), bedRows(view));
  const more = slot(place, "more");
  if (!more) return;
  const others = view.alarms.alarms.length - 1;
  more.hidden = others < 1;
  more.textContent = `+${others}`;
}

// A press just after lines moved may have been meant for another one.
window.addEventListener("submit", (event) => {
  if (!event.target.closest(".alarms") || performance.now() - movedAt > JUST_MOVED_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.target.querySelector("button");
  const words = button.textContent;
  button.textContent = "It moved: press again";
  setTimeout(() => { button.textContent = words; }, HINT_MS);
}, { capture: true });
