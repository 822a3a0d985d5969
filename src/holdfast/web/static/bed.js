// One bed: waveforms, numbers, trends.
import { offWords, showBedAlarms } from "./alarm_items.js";
import { connect } from "./live.js";
import { Sweep } from "./sweep.js";
import { showTrends } from "./trends.js";
import { showHead, showSilence, showTiles, slot, unit } from "./view.js";

const page = document.querySelector("[data-live]");
const sweep = new Sweep(document.getElementById("strips"), document.getElementById("strip"));

function row(value) {
  const line = document.createElement("tr");
  line.dataset.state = value.state;
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = value.label;
  line.append(head);
  for (const text of [`${value.text} ${unit(value.unit)}`, `${value.age} ${value.reason}`, value.source]) {
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
  slot(page, "values").replaceChildren(...view.values.map(row));
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
