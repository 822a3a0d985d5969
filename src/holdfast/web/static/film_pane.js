// One film on a canvas: pieces of 16-bit values from the server, made grey here, so that a window can be dragged
// without asking again. Coarse pieces first; finer ones where the view is close enough to show them.
import { tilePainter } from "./film_grey.js";
import { drawScene } from "./film_marks.js";

const ZOOM_MAX = 16;
const GRAB_PX = 26;
const LENS_PX = 90;
const LENS_TIMES = 2.5;

export class FilmPane {
  constructor(canvas, facts, hooks, first = null) {
    this.canvas = canvas;
    this.facts = facts;
    this.hooks = hooks;
    this.tool = "move";
    this.measures = [];
    this.points = {};
    this.tiles = new Map();
    this.pointers = new Map();
    this.lens = null;
    this.window = { ...facts.windows[0] };
    this.invert = false;
    this.painter = tilePainter(facts.bits);
    this.failed = "";
    this.stop = new AbortController();
    this.#listen();
    this.resize();
    this.fit();
    this.#firstPicture(first);
    this.#loadLevel(facts.coarsest);
  }

  close() {
    this.stop.abort();
    this.observer.disconnect();
  }

  // A small picture that the server has made grey: on the screen before the values are.
  #firstPicture(first) {
    const picture = first || new Image();
    const take = () => {
      this.picture = picture;
      picture.remove();
      this.redraw();
    };
    if (picture.complete && picture.naturalWidth) take();
    else picture.addEventListener("load", take, { once: true });
    if (!first) picture.src = `/films/${this.facts.image_id}/picture?side=700`;
  }

  resize() {
    const box = this.canvas.getBoundingClientRect();
    this.dpr = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(box.width * this.dpr));
    this.canvas.height = Math.max(1, Math.round(box.height * this.dpr));
    this.redraw();
  }

  fit() {
    const box = this.canvas.getBoundingClientRect();
    this.zoom = Math.min(box.width / this.facts.columns, box.height / this.facts.rows) || 0.1;
    this.fitted = this.zoom;
    this.middle = [this.facts.columns / 2, this.facts.rows / 2];
    this.redraw();
  }

  trueSize() {
    this.zoom = 1 / this.dpr;
    this.redraw();
  }

  setWindow(window) {
    this.window = { ...window, width: Math.max(2, window.width) };
    this.redraw();
    this.hooks.onWindow?.(this.window);
  }

  setInvert(invert) {
    this.invert = invert;
    this.redraw();
  }

  // Positions: [column, row] of the film; [x, y] on the canvas in CSS pixels.
  toFilm([x, y]) {
    const box = this.canvas.getBoundingClientRect();
    return [this.middle[0] + (x - box.width / 2) / this.zoom, this.middle[1] + (y - box.height / 2) / this.zoom];
  }

  toScreen([column, row]) {
    const box = this.canvas.getBoundingClientRect();
    return [(column - this.middle[0]) * this.zoom + box.width / 2, (row - this.middle[1]) * this.zoom + box.height / 2];
  }

  zoomAt(at, times) {
    const held = this.toFilm(at);
    this.zoom = Math.min(ZOOM_MAX, Math.max(this.fitted * 0.5, this.zoom * times));
    const now = this.toFilm(at);
    this.middle = [this.middle[0] + held[0] - now[0], this.middle[1] + held[1] - now[1]];
    this.redraw();
  }

  pan(dx, dy) {
    const { columns, rows } = this.facts;
    this.middle = [
      Math.min(columns, Math.max(0, this.middle[0] - dx / this.zoom)),
      Math.min(rows, Math.max(0, this.middle[1] - dy / this.zoom)),
    ];
    this.redraw();
  }

  look(at, zoom = Math.max(this.zoom, this.fitted * 3)) {
    this.middle = [...at];
    this.zoom = zoom;
    this.redraw();
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.#draw();
    });
  }

  #draw() {
    const ink = this.canvas.getContext("2d");
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.fillStyle = "#000";
    ink.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.#drawFilm(ink, this.zoom, this.middle, [this.canvas.width / 2, this.canvas.height / 2]);
    ink.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
    drawScene(ink, this);
    if (this.lens) this.#drawLens(ink);
    this.canvas.dataset.drawn = this.#coarseThere() ? "values" : this.picture ? "picture" : "";
  }

  // `centre`: the film's point that comes to `on`, in pixels of the canvas.
  #drawFilm(ink, zoom, centre, on) {
    const scale = zoom * this.dpr;
    ink.setTransform(scale, 0, 0, scale, on[0] - centre[0] * scale, on[1] - centre[1] * scale);
    ink.imageSmoothingEnabled = scale < 3;
    const { columns, rows, coarsest } = this.facts;
    ink.save();
    ink.beginPath();
    ink.rect(0, 0, columns, rows);
    ink.clip();
    if (!this.#coarseThere() && this.picture) ink.drawImage(this.picture, 0, 0, columns, rows);
    const finest = Math.min(coarsest, Math.max(0, Math.floor(-Math.log2(scale))));
    for (let level = coarsest; level >= finest; level -= 1) {
      if (level < coarsest && level > finest) continue;
      this.#drawLevel(ink, level, zoom, centre);
    }
    ink.restore();
  }

  #drawLevel(ink, level, zoom, centre) {
    const side = this.facts.tile * 2 ** level;
    const box = this.canvas.getBoundingClientRect();
    const [halfX, halfY] = [box.width / 2 / zoom, box.height / 2 / zoom];
    const last = [Math.ceil(this.facts.columns / side) - 1, Math.ceil(this.facts.rows / side) - 1];
    const from = [Math.max(0, Math.floor((centre[0] - halfX) / side)), Math.max(0, Math.floor((centre[1] - halfY) / side))];
    const to = [Math.min(last[0], Math.floor((centre[0] + halfX) / side)), Math.min(last[1], Math.floor((centre[1] + halfY) / side))];
    for (let row = from[1]; row <= to[1]; row += 1) {
      for (let column = from[0]; column <= to[0]; column += 1) {
        const tile = this.#tile(level, column, row);
        if (!tile?.values) continue;
        this.painter.paint(tile, this.window, this.invert);
        ink.drawImage(tile.canvas, column * side, row * side, tile.columns * 2 ** level, tile.rows * 2 ** level);
      }
    }
  }

  #coarseThere() {
    const coarse = [...this.tiles].filter(([key]) => key.startsWith(`${this.facts.coarsest}/`));
    return coarse.length > 0 && coarse.every(([, tile]) => tile.values);
  }

  #loadLevel(level) {
    const side = this.facts.tile * 2 ** level;
    for (let row = 0; row * side < this.facts.rows; row += 1)
      for (let column = 0; column * side < this.facts.columns; column += 1) this.#tile(level, column, row);
  }

  #tile(level, column, row) {
    const key = `${level}/${column}/${row}`;
    if (!this.tiles.has(key)) {
      const tile = {};
      this.tiles.set(key, tile);
      this.#fetchTile(key, tile);
    }
    return this.tiles.get(key);
  }

  async #fetchTile(key, tile) {
    try {
      const answer = await fetch(`/films/${this.facts.image_id}/tiles/${key}`, { signal: this.stop.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const bytes = await answer.arrayBuffer();
      tile.columns = Number(answer.headers.get("x-columns"));
      tile.rows = Number(answer.headers.get("x-rows"));
      tile.values = new Uint16Array(bytes);
      this.failed = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failed = "Part of the film did not come. It is asked for again.";
      setTimeout(() => {
        this.tiles.delete(key);
        this.redraw();
      }, 3000);
    }
    this.redraw();
  }

  #drawLens(ink) {
    const [x, y] = this.lens.at;
    const above = this.lens.touch ? LENS_PX + 30 : 0;
    const on = [x, Math.max(LENS_PX, y - above)];
    ink.save();
    ink.beginPath();
    ink.arc(on[0], on[1], LENS_PX, 0, 2 * Math.PI);
    ink.clip();
    ink.fillStyle = "#000";
    ink.fill();
    this.#drawFilm(ink, this.zoom * LENS_TIMES, this.toFilm([x, y]), [on[0] * this.dpr, on[1] * this.dpr]);
    ink.restore();
    ink.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
    ink.strokeStyle = "#eaf0f5";
    ink.lineWidth = 2;
    ink.beginPath();
    ink.arc(on[0], on[1], LENS_PX, 0, 2 * Math.PI);
    ink.moveTo(on[0] - 8, on[1]);
    ink.lineTo(on[0] + 8, on[1]);
    ink.moveTo(on[0], on[1] - 8);
    ink.lineTo(on[0], on[1] + 8);
    ink.stroke();
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #listen() {
    const canvas = this.canvas;
    const on = (kind, handler) => canvas.addEventListener(kind, handler, { signal: this.stop.signal, passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#moved(event));
    for (const kind of ["pointerup", "pointercancel"]) on(kind, (event) => this.#up(event));
    on("wheel", (event) => {
      event.preventDefault();
      this.zoomAt(this.#at(event), Math.exp(-event.deltaY / 500));
    });
    on("keydown", (event) => this.#key(event));
    on("contextmenu", (event) => event.preventDefault());
    this.observer = new ResizeObserver(() => {
      const whole = this.zoom === this.fitted;
      this.resize();
      if (whole) this.fit();
    });
    this.observer.observe(canvas);
  }

  #down(event) {
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.#at(event);
    this.pointers.set(event.pointerId, at);
    this.hooks.onActive?.(this);
    if (this.pointers.size > 1) {
      this.drag = null; // two fingers always move and zoom
      this.lens = null;
      return;
    }
    const film = this.toFilm(at);
    this.drag = { from: at, at, film, moved: false };
    if (this.tool === "magnify") this.lens = { at, touch: event.pointerType === "touch" };
    if (this.tool === "measure") this.drag.line = { a: film, b: film };
    if (this.tool === "points") this.drag.point = this.#pointNear(at);
    this.redraw();
  }

  #pointNear(at) {
    const near = Object.entries(this.points)
      .map(([name, place]) => [name, Math.hypot(this.toScreen(place)[0] - at[0], this.toScreen(place)[1] - at[1])])
      .sort((one, other) => one[1] - other[1])[0];
    return near && near[1] < GRAB_PX ? near[0] : "";
  }

  #moved(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const at = this.#at(event);
    if (this.pointers.size > 1) {
      const other = [...this.pointers.entries()].find(([id]) => id !== event.pointerId)[1];
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      this.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
      this.zoomAt([(at[0] + other[0]) / 2, (at[1] + other[1]) / 2], apart(at) / apart(before));
      this.pointers.set(event.pointerId, at);
      return;
    }
    this.pointers.set(event.pointerId, at);
    const drag = this.drag;
    if (!drag) return;
    drag.moved ||= Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > 4;
    const [dx, dy] = [at[0] - before[0], at[1] - before[1]];
    if (this.tool === "window") {
      const step = this.window.width / 300;
      this.setWindow({ ...this.window, key: "own", width: this.window.width + dx * step, centre: this.window.centre + dy * step });
    } else if (this.tool === "measure") drag.line.b = this.toFilm(at);
    else if (this.tool === "magnify") this.lens = { ...this.lens, at };
    else if (drag.moved && drag.point) this.hooks.onPointMoved(this, drag.point, this.toFilm(at));
    else if (drag.moved) this.pan(dx, dy);
    this.redraw();
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const drag = this.drag;
    this.lens = null;
    this.drag = null;
    this.redraw();
    if (!drag || event.type === "pointercancel") return;
    if (drag.line) {
      if (drag.moved) this.#measured({ kind: "length", ...drag.line });
    } else if (drag.moved && drag.point) this.hooks.onPointDropped(this);
    else if (drag.moved) return; // a tap places a point also close to another one: only a drag moves that
    else if (this.tool === "angle") this.#angle(drag.film);
    else if (this.#inside(drag.film)) {
      if (this.tool === "mark") this.hooks.onMark(this, drag.film);
      if (this.tool === "points") this.hooks.onPoint(this, drag.film);
    }
  }

  #inside([column, row]) {
    return column >= 0 && row >= 0 && column <= this.facts.columns && row <= this.facts.rows;
  }

  #measured(measure) {
    this.measures.push(measure);
    this.hooks.onMeasures(this);
    this.redraw();
  }

  #angle(at) {
    this.corners = [...(this.corners || []), at];
    if (this.corners.length === 3) {
      this.#measured({ kind: "angle", corners: this.corners });
      this.corners = null;
    }
  }

  #key(event) {
    const box = this.canvas.getBoundingClientRect();
    const step = 60;
    const act = {
      ArrowLeft: () => this.pan(step, 0),
      ArrowRight: () => this.pan(-step, 0),
      ArrowUp: () => this.pan(0, step),
      ArrowDown: () => this.pan(0, -step),
      "+": () => this.zoomAt([box.width / 2, box.height / 2], 1.3),
      "-": () => this.zoomAt([box.width / 2, box.height / 2], 1 / 1.3),
      0: () => this.fit(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
