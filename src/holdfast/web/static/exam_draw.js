// Drawing on the body chart: a line or a dot under the finger, saved with a few words.

const form = document.querySelector("form[data-draw]");
const toggle = form?.querySelector("[data-draw-toggle]");
const root = document.documentElement;
const STEP = 6; // units of the drawing between two points
const MOST = 300;
let line = null;

function unitsOf(svg, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [Math.max(0, Math.min(1000, Math.round(at.x))), Math.max(0, Math.min(1000, Math.round(at.y)))];
}

function show() {
  document.querySelectorAll(".drawn.preview").forEach((one) => one.remove());
  if (!line) return;
  const svg = document.querySelector(`svg[data-view="${line.view}"]`);
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  const dot = line.points.length === 1;
  const shape = document.createElementNS("http://www.w3.org/2000/svg", dot ? "circle" : "polyline");
  if (dot) {
    shape.setAttribute("cx", line.points[0][0]);
    shape.setAttribute("cy", line.points[0][1]);
    shape.setAttribute("r", 9);
  } else {
    shape.setAttribute("points", line.points.map((point) => point.join(",")).join(" "));
  }
  group.setAttribute("class", "drawn preview");
  group.append(shape);
  svg?.append(group);
}

function help(text) { form.querySelector("[data-slot=draw-help]").textContent = text; }

function turn(on) {
  root.dataset.drawing = on ? "yes" : "no";
  toggle.setAttribute("aria-pressed", String(on));
  if (!on) discard();
  help(on ? "Draw with a finger or the mouse on any of the drawings. A tap makes a dot." : "");
}

function discard() {
  line = null;
  show();
  form.elements.path.value = "";
  form.elements.view.value = "";
  form.elements.words.value = "";
  form.querySelector(".draw-words").hidden = true;
}

if (form) {
  toggle.addEventListener("click", () => turn(root.dataset.drawing !== "yes"));
  form.querySelector("[data-draw-cancel]").addEventListener("click", discard);
  form.addEventListener("recorded", () => turn(false));
  document.addEventListener("refreshed", show);
  document.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest?.("svg[data-view]");
    if (!svg || root.dataset.drawing !== "yes") return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    line = { view: svg.dataset.view, points: [unitsOf(svg, event)], open: true };
    show();
  });
  document.addEventListener("pointermove", (event) => {
    const svg = event.target.closest?.("svg[data-view]");
    if (!line?.open || svg?.dataset.view !== line.view || line.points.length >= MOST) return;
    const point = unitsOf(svg, event);
    const last = line.points.at(-1);
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < STEP) return;
    line.points.push(point);
    show();
  });
  document.addEventListener("pointerup", () => {
    if (!line?.open) return;
    line.open = false;
    form.elements.view.value = line.view;
    form.elements.path.value = line.points.map((point) => point.join(",")).join(" ");
    form.querySelector(".draw-words").hidden = false;
    help("Say what is there, then save the mark.");
    form.elements.words.focus();
  });
}
