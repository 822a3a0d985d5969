// One bed: waveforms, numbers, trends.
import { offWords, showBedAlarms } from "./alarm_items.js";
import { connect } from "./live.js";
import { Sweep } from "./sweep.js";
import { showTrends } from "./trends.js";
import { showHead, showSilence, showTiles, slot, source, unit } from "./view.js";

const page = document.querySelector("[data-live]");
const sweep = new Sweep(document.getElementById("strips"), document.getElementById("strip"));

function row(value) {
  const line = document.createElement("tr");
  line.dataset.state = value.state;
  line.dataset.testid = `row-${value.key}`;
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = value.label;
  if (value.note) {
    const small = document.createElement("small");
    small.className = "value-note";
    small.textContent = value.note;
    head.append(small);
  }
  line.append(head);
  for (const text of [`${value.text} ${unit(value.unit)}`, `${value.age} ${value.reason}`, source(value)]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    line.append(cell);
  }
  return line;
}

function note(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function show(view) {
  if (view.case_id !== page.dataset.case) {
    // Another dog: nothing of the one before may stay on the screen.
    window.location.reload();
    return;
  }
  showHead(page, view);
  showBedAlarms(page, view);
  slot(page, "off").replaceChildren(...view.alarms.off.map((off) => note(offWords(off))));
  showSilence(page, view);
  showTiles(page, view);
  for (const group of page.querySelectorAll("tbody[data-group]")) {
    const inside = view.values.filter((value) => value.group === group.dataset.group);
    group.hidden = !inside.length;
    group.replaceChildren(group.firstElementChild, ...inside.map(row));
  }
  slot(page, "notes").replaceChildren(...view.notes.map(note));
  sweep.quality(view.signals);
}

connect(page.dataset.live, (message) => {
  if (message.type === "state") show(message);
  if (message.type === "wave") { slot(page, "no-waves").hidden = true; sweep.wave(message); }
  if (message.type === "beats") sweep.beats(message);
});

const trends = document.querySelector("[data-trends]");
if (trends.dataset.trends) showTrends(trends);
