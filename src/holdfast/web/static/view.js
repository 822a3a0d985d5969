// Puts a bed's state on the screen. The same elements are drawn by the server at first (parts.html).

const UNITS = { degC: "°C", 1: "" };

export const unit = (code) => UNITS[code] ?? code;

export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

function set(root, name, text) {
  const place = slot(root, name);
  if (place && place.textContent !== text) place.textContent = text;
}

export function clock(instantUs) {
  return new Date(instantUs / 1000).toTimeString().slice(0, 8);
}

export function span(us) {
  const s = Math.max(0, Math.floor(us / 1e6));
  if (s < 90) return `${s} s`;
  if (s < 5400) return `${Math.floor(s / 60)} min`;
  return s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`;
}

// The rule is told in tiles.py, which fills the places at first.
function pick(view, keys) {
  const found = keys.map((key) => view.values.find((value) => value.key === key)).filter(Boolean);
  const first = found.find((value) => value.state !== "blank");
  if (!first || first.state === "fresh") return first ?? found[0];
  return found.find((value) => value.state === "fresh" && value.age_s < first.age_s) ?? first;
}

export function source(value) {
  return value.quality ? `${value.source}, ${value.quality}` : value.source;
}

export function showTiles(root, view) {
  for (const tile of root.querySelectorAll("[data-tile]")) {
    const value = pick(view, tile.dataset.keys.split(" "));
    tile.dataset.state = value?.state ?? "blank";
    if (value) set(tile, "label", value.label);
    set(tile, "text", value?.text ?? "--");
    set(tile, "unit", unit(value?.unit ?? ""));
    set(tile, "age", value?.age ?? "");
    set(tile, "reason", value ? value.reason : "not measured");
    set(tile, "source", value ? source(value) : "");
    const note = value?.note || view.values.find((one) => one.key === tile.dataset.noted)?.note || "";
    set(tile, "note", note);
    slot(tile, "note").hidden = !note;
  }
}

export function showHead(root, view) {
  set(root, "name", view.name || "No dog on this bed");
  set(root, "summary", view.summary);
  const band = slot(root, "band");
  if (band) {
    const simulated = view.training || view.origin === "simulated";
    const replayed = !simulated && view.origin === "replayed";
    band.hidden = !simulated && !replayed;
    band.classList.toggle("replayed", replayed);
    set(root, "band", replayed ? "REPLAYED FROM FILE" : "TRAINING – SIMULATED");
  }
}

export function showSilence(root, view) {
  const line = slot(root, "silence");
  line.hidden = !view.case_id || !view.silent;
  const text = view.last_message_us ? `Monitor silent for ${span(view.server_us - view.last_message_us)}` : "No data from a monitor";
  if (line.textContent !== text) line.textContent = text;
  root.classList.toggle("is-silent", Boolean(view.case_id) && view.silent);
  showBehind(root, view);
}

function showBehind(root, view) {
  const line = slot(root, "behind");
  line.hidden = !view.case_id || !view.behind_s;
  const from = view.shown_from_us ? `numbers shown are from ${clock(view.shown_from_us)}` : "no numbers yet";
  const text = view.behind_s ? `Analysis is ${view.behind_s} s behind: ${from}. Look at the monitor.` : "";
  if (line.textContent !== text) line.textContent = text;
  root.classList.toggle("is-behind", Boolean(view.case_id) && view.behind_s > 0);
}
