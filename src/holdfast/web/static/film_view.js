// The viewer's page: which films, which tool, and what is told beside them. The film itself is film_pane.js.
import { freshId } from "./forms.js";
import { measureWords } from "./film_marks.js";
import { FilmPane } from "./film_pane.js";
import { showMetal } from "./film_metal.js";
import { pointsPanel } from "./film_points.js";

const page = document.querySelector("[data-film-page]");
const csrf = document.querySelector('meta[name="csrf"]').content;
const caseId = page.dataset.case;
const find = (query) => page.querySelector(query);
const panes = [null, null];
let active = 0;
let tool = "move";
let marksShown = true;

const HINTS = {
  move: "Drag moves, wheel or two fingers zoom.",
  window: "Drag: left and right for contrast, up and down for brightness.",
  magnify: "Hold to look through the magnifier.",
  measure: "Drag from one end to the other.",
  angle: "Tap three points; the second is the corner.",
  mark: "Tap the place, then say what is seen there.",
  points: "Tap where the chosen point lies. Drag a placed point to correct it.",
};

export async function post(path, content) {
  const headers = { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf };
  const body = JSON.stringify({ command_id: freshId(), ...content });
  try {
    const answer = await fetch(`/api/cases/${caseId}/${path}`, { method: "POST", headers, body });
    if (answer.ok) return "";
    const told = await answer.json();
    return `${told.error.problem} ${told.error.remedy}`;
  } catch {
    return "Not saved: no answer came. Nothing is lost here; send it again.";
  }
}

async function factsOf(imageId) {
  const answer = await fetch(`/api/films/${imageId}`, { headers: { accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${told.error.problem} ${told.error.remedy}`);
  return told;
}

const now = () => panes[active] || panes[0];

const points = pointsPanel(page, { post, current: now, redraw: () => now()?.redraw(), reread });

const hooks = {
  onActive: (pane) => activate(panes.indexOf(pane)),
  onWindow: showWindow,
  onMeasures: showMeasures,
  onMark: askNote,
  onPoint: (pane, at) => points.place(pane, at),
  onPointMoved: (pane, name, at) => points.move(pane, name, at),
  onPointDropped: () => points.show(),
  pointName: (name) => points.name(name),
};

async function show(number, imageId) {
  const figure = find(`[data-pane="${number}"]`);
  panes[number]?.close();
  panes[number] = null;
  figure.hidden = !imageId;
  find("[data-panes]").dataset.count = String([0, 1].filter((one) => !find(`[data-pane="${one}"]`).hidden).length);
  if (!imageId) {
    activate(0);
    return;
  }
  const over = figure.querySelector("[data-over]");
  over.textContent = "Opening the film ...";
  const old = figure.querySelector("canvas");
  const canvas = old.cloneNode();
  old.replaceWith(canvas);
  let facts;
  try {
    facts = await factsOf(imageId);
  } catch (error) {
    figure.querySelector("[data-first-picture]")?.remove();
    over.textContent = error.message;
    return;
  }
  const there = figure.querySelector("[data-first-picture]");
  const first = imageId === page.dataset.first ? there : null;
  if (there && !first) there.remove();
  const pane = new FilmPane(canvas, facts, hooks, first);
  pane.tool = tool;
  pane.hideMarks = !marksShown;
  pane.points = { ...(facts.landmarks?.points || {}) };
  panes[number] = pane;
  figure.querySelector("[data-scale]").textContent = scaleWords(facts);
  activate(number);
}

function scaleWords(facts) {
  const { plane, column_mm: mm, why } = facts.scale;
  if (mm === null || plane === "unknown") return `Uncalibrated (${why}): lengths in px only.`;
  if (plane === "detector") return `${mm} mm a pixel at the detector (${why}). What lies in the animal looks larger: true lengths are shorter.`;
  return `${mm} mm a pixel in the patient's plane (${why}). Right at that depth only.`;
}

function activate(number) {
  if (!panes[number]) return;
  active = number;
  for (const figure of page.querySelectorAll("[data-pane]")) {
    figure.classList.toggle("active", Number(figure.dataset.pane) === number && Boolean(panes[1]));
    figure.dataset.tool = tool;
  }
  const { facts } = now();
  const chooser = find("[data-window]");
  chooser.replaceChildren(...facts.windows.map((one) => new Option(one.name, one.key)), new Option("By hand", "own"));
  showWindow(now().window);
  find('[data-do="invert"]').setAttribute("aria-pressed", String(now().invert));
  showMetal(find("[data-metal]"), now(), { caseId, post, reread, usePoint: (at) => points.useMark(at) });
  find("[data-presentation]").href = `/films/${facts.image_id}/presentation`;
  showNotes();
  points.show();
}

function showWindow(window) {
  find("[data-window]").value = window.key || "own";
  for (const [number, pane] of panes.entries()) {
    if (!pane) continue;
    const over = find(`[data-pane="${number}"] [data-over]`);
    const { facts } = pane;
    const simulated = document.createElement("strong");
    simulated.textContent = facts.simulated ? "SIMULATED " : "";
    over.replaceChildren(simulated, `${facts.columns} x ${facts.rows}  window ${Math.round(pane.window.centre)} / ${Math.round(pane.window.width)}${pane.invert ? "  inverted" : ""}`);
  }
}

function showMeasures(pane) {
  const said = pane.measures.map((measure) => measureWords(pane.facts, measure));
  find(`[data-pane="${panes.indexOf(pane)}"] [data-measures]`).textContent = said.length ? said.join(", ") : "";
}

function showNotes() {
  const pane = now();
  const lines = pane.facts.notes.map((note) => {
    const line = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = `${note.text} `;
    const who = document.createElement("small");
    who.textContent = `${note.who}, ${new Date(note.at_us / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    text.append(who);
    const look = document.createElement("button");
    look.type = "button";
    look.textContent = "Show";
    look.addEventListener("click", () => pane.look(note.at));
    line.append(text, look);
    return line;
  });
  if (!lines.length) {
    const none = document.createElement("li");
    none.textContent = caseId ? "Nobody has marked anything here. Choose Mark and tap the place." : "Nobody has marked anything here.";
    lines.push(none);
  }
  find("[data-notes]").replaceChildren(...lines);
}

let noteAt = null;
function askNote(pane, at) {
  const form = find("[data-note-form]");
  if (!form) return;
  noteAt = { pane, at };
  form.hidden = false;
  form.elements.text.focus();
  form.scrollIntoView({ block: "nearest" });
}

find("[data-note-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const [column, row] = noteAt.at;
  const image = noteAt.pane.facts.image_id;
  const problem = await post("films/marks", { image_id: image, column, row, text: form.elements.text.value });
  const said = form.querySelector("[data-note-problem]");
  said.hidden = !problem;
  said.textContent = problem;
  if (problem) return;
  form.reset();
  form.hidden = true;
  await reread(noteAt.pane);
});
find("[data-note-cancel]")?.addEventListener("click", () => {
  find("[data-note-form]").hidden = true;
});

// What is noted changed: ask again, the film itself stays.
async function reread(pane) {
  const { notes, metal, landmarks } = await factsOf(pane.facts.image_id);
  const told = (facts) => JSON.stringify([facts.notes, facts.metal, facts.landmarks]);
  if (told(pane.facts) === told({ notes, metal, landmarks })) return;
  Object.assign(pane.facts, { notes, metal, landmarks });
  pane.redraw();
  if (pane === now()) activate(active);
}

// A film that has just come is being searched: its marks appear without a reload.
const ASK_AGAIN_MS = 300;
setInterval(() => {
  if (document.hidden) return;
  for (const pane of panes) {
    if (pane && !pane.facts.metal && !pane.pointers.size && !pane.unsaved) reread(pane).catch(() => {});
  }
}, ASK_AGAIN_MS);

function choose(name) {
  tool = name;
  for (const button of page.querySelectorAll("[data-tool]")) {
    if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", String(button.dataset.tool === name));
    else button.dataset.tool = name;
  }
  for (const pane of panes) {
    if (!pane) continue;
    pane.tool = name;
    pane.corners = null;
    pane.redraw();
  }
  find("[data-hint]").textContent = HINTS[name];
  find('[data-panel="points"]').hidden = name !== "points";
  if (now()) points.show();
}

find("[data-tools]").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-tool]");
  if (button && !button.disabled) choose(button.dataset.tool);
});
find("[data-window]").addEventListener("change", (event) => {
  const chosen = now().facts.windows.find((one) => one.key === event.target.value);
  if (chosen) now().setWindow(chosen);
});
const middle = (pane) => [pane.canvas.clientWidth / 2, pane.canvas.clientHeight / 2];
const DO = {
  invert: (pane, button) => {
    pane.setInvert(!pane.invert);
    button.setAttribute("aria-pressed", String(pane.invert));
    showWindow(pane.window);
  },
  fit: (pane) => pane.fit(),
  true: (pane) => pane.trueSize(),
  in: (pane) => pane.zoomAt(middle(pane), 1.4),
  out: (pane) => pane.zoomAt(middle(pane), 1 / 1.4),
  clear: (pane) => {
    pane.measures = [];
    pane.corners = null;
    showMeasures(pane);
    pane.redraw();
  },
  marks: (_, button) => {
    marksShown = !marksShown;
    button.setAttribute("aria-pressed", String(marksShown));
    for (const pane of panes) {
      if (!pane) continue;
      pane.hideMarks = !marksShown;
      pane.redraw();
    }
  },
};
for (const button of page.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => now() && DO[button.dataset.do](now(), button));
}
for (const chooser of page.querySelectorAll("[data-choose]")) {
  chooser.addEventListener("change", () => {
    const number = Number(chooser.dataset.choose);
    const address = new URL(window.location.href);
    if (chooser.value) address.searchParams.set(number ? "beside" : "image", chooser.value);
    else address.searchParams.delete("beside");
    window.history.replaceState(null, "", address);
    show(number, chooser.value);
  });
}

choose(new URLSearchParams(window.location.search).get("tool") || "move");
await show(0, page.dataset.first);
if (page.dataset.second) await show(1, page.dataset.second);
