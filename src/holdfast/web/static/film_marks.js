// What is drawn over a film, and lengths in words.
const METAL = "#ffb020";
const EXPLAINED = "#9cc3ff";
const NOTE = "#5fe08f";
const POINT = "#f07cff";
const RULER = "#ffe066";

export function lengthWords(facts, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const { plane, column_mm: across, row_mm: down } = facts.scale;
  if (across === null || plane === "unknown") return `${Math.hypot(dx, dy).toFixed(0)} px (uncalibrated: px only)`;
  const mm = Math.hypot(dx * across, dy * down);
  return plane === "detector" ? `${mm.toFixed(1)} mm at the detector` : `${mm.toFixed(1)} mm in the patient's plane`;
}

export function angleWords([a, corner, b]) {
  const one = Math.atan2(a[1] - corner[1], a[0] - corner[0]);
  const other = Math.atan2(b[1] - corner[1], b[0] - corner[0]);
  const degrees = Math.abs(((one - other) * 180) / Math.PI) % 360;
  return `${(degrees > 180 ? 360 - degrees : degrees).toFixed(1)}\u00b0`;
}

export function measureWords(facts, measure) {
  return measure.kind === "angle" ? angleWords(measure.corners) : lengthWords(facts, measure.a, measure.b);
}

// Where a label would lie on another, it is left out.
let taken = [];

function label(ink, text, x, y, colour, always = true) {
  ink.font = "600 13px system-ui, 'DejaVu Sans', sans-serif";
  const wide = ink.measureText(text).width;
  const left = Math.max(4, Math.min(x, ink.canvas.clientWidth - wide - 8));
  const hides = taken.some((one) => left < one.right && left + wide > one.left && Math.abs(y - one.y) < 18);
  if (hides && !always) return;
  taken.push({ left: left - 4, right: left + wide + 4, y });
  ink.fillStyle = "rgba(0, 0, 0, .72)";
  ink.fillRect(left - 4, y - 13, wide + 8, 18);
  ink.fillStyle = colour;
  ink.fillText(text, left, y);
}

function path(ink, points, close) {
  ink.beginPath();
  points.forEach(([x, y], number) => (number ? ink.lineTo(x, y) : ink.moveTo(x, y)));
  if (close) ink.closePath();
}

function stroke(ink, colour, width, dash = []) {
  ink.setLineDash(dash);
  ink.lineWidth = width + 2;
  ink.strokeStyle = "rgba(0, 0, 0, .65)";
  ink.stroke();
  ink.lineWidth = width;
  ink.strokeStyle = colour;
  ink.stroke();
  ink.setLineDash([]);
}

function cross(ink, [x, y], colour, size = 9) {
  ink.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    ink.moveTo(x + dx * 3, y + dy * 3);
    ink.lineTo(x + dx * size, y + dy * size);
  }
  stroke(ink, colour, 2);
}

export function kindWords(kind) {
  return kind === "metal_unexplained" ? "metal, unexplained" : `looks like ${kind.replaceAll("_", " ")}`;
}

function metal(ink, pane, mark, number) {
  const rejected = mark.judged?.verdict === "rejected";
  const unexplained = mark.kind === "metal_unexplained" || mark.judged?.verdict === "confirmed";
  const colour = rejected ? "#c5ced7" : unexplained ? METAL : EXPLAINED;
  const grow = 8;
  const [x, y] = pane.toScreen([mark.column, mark.row]);
  const half = [(mark.width_px * pane.zoom) / 2 + grow, (mark.height_px * pane.zoom) / 2 + grow];
  const box = [[x - half[0], y - half[1]], [x + half[0], y - half[1]], [x + half[0], y + half[1]], [x - half[0], y + half[1]]];
  path(ink, box, true);
  stroke(ink, colour, unexplained && !rejected ? 3 : 2, unexplained && !rejected ? [] : [6, 5]);
  if (pane.zoom > pane.fitted * 2 && mark.outline.length > 2) {
    path(ink, mark.outline.map(([row, column]) => pane.toScreen([column, row])), true);
    stroke(ink, colour, 1);
  }
  const said = rejected ? "not metal" : mark.judged?.verdict === "confirmed" ? "confirmed" : kindWords(mark.kind);
  label(ink, `${number} ${said}`, x - half[0], y - half[1] - 8, colour);
}

export function drawScene(ink, pane) {
  const { facts } = pane;
  taken = [];
  if (!pane.hideMarks) {
    (facts.metal?.marks || []).forEach((mark, number) => metal(ink, pane, mark, number + 1));
    for (const note of facts.notes) {
      const at = pane.toScreen(note.at);
      cross(ink, at, NOTE, 12);
      label(ink, `${note.text.slice(0, 40)} (${note.who})`, at[0] + 14, at[1] - 8, NOTE);
    }
    for (const [name, place] of Object.entries(pane.points)) {
      const at = pane.toScreen(place);
      cross(ink, at, POINT);
      const inside = at[0] > 0 && at[1] > 0 && at[0] < pane.canvas.clientWidth && at[1] < pane.canvas.clientHeight;
      if (inside && pane.zoom > pane.fitted * 1.5) label(ink, pane.hooks.pointName(name), at[0] + 11, at[1] + 4, POINT, false);
    }
  }
  const lines = pane.drag?.line ? [...pane.measures, { kind: "length", ...pane.drag.line }] : pane.measures;
  for (const measure of lines) {
    const corners = (measure.kind === "angle" ? measure.corners : [measure.a, measure.b]).map((point) => pane.toScreen(point));
    path(ink, corners, false);
    stroke(ink, RULER, 2);
    for (const corner of corners) cross(ink, corner, RULER, 7);
    const last = corners[corners.length - 1];
    label(ink, measureWords(facts, measure), last[0] + 10, last[1] + 20, RULER);
  }
  for (const corner of pane.corners || []) cross(ink, pane.toScreen(corner), RULER, 7);
  if (pane.failed) label(ink, pane.failed, 10, 40, METAL);
}
