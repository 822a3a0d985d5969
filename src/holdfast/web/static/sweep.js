// Live waveforms drawn as a bedside monitor does: a pen sweeps over a fixed number of seconds and only new samples
// are drawn, a little behind the newest so that uneven arrival does not show. Nothing is ever drawn that was not
// sent: where samples are missing the strip stays empty, and old ones are wiped as the pen passes.

const DELAY_US = 1.5e6;
const GAP_S = 0.35;
const CLOCK_WINDOW_MS = 6000;
const NO_SIGNAL_US = 2.5e6;
const PAUSE_S = 3; // so many seconds without a beat are a dog's sinus arrhythmia; alarms have their own rules
const TOP_PX = 24; // room for label and beat marks
const MARK_BEHIND_US = 0.2e6; // beat marks wait until the pen's gap has passed
const ORDER = ["ecg", "art", "pleth", "resp", "co2"];
const MIN_SPAN = { mV: 1.5, mmHg: 30, "%": 10 };

// Two figures, never with an exponent: 118 is 120, not 1.2e+2.
const plain = (value) => String(Number(value.toPrecision(2)));

// The play head of a bed: monitor time of the newest sample, as it moves with our own clock. The newest arrival
// within a few seconds decides, so that a monitor whose clock stepped back is followed and not waited for.
export class PlayClock {
  constructor() { this.offsets = []; }

  heard(endUs) {
    const now = performance.now();
    this.offsets.push({ now, offset: endUs - now * 1000 });
    this.offsets = this.offsets.filter((o) => now - o.now < CLOCK_WINDOW_MS);
  }

  playUs() {
    if (!this.offsets.length) return null;
    return performance.now() * 1000 + Math.max(...this.offsets.map((o) => o.offset)) - DELAY_US;
  }
}

export class Strip {
  constructor(element, seconds, frame) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.seconds = seconds;
    this.unit = frame.unit;
    this.times = [];
    this.values = [];
    this.beats = [];
    this.flatFor = 0; // states in a row, one a second
    this.drawnUs = null;
    this.low = null;
    this.high = null;
    this.label("label", frame.label);
    this.label("watermark", { simulated: "SIMULATED", replayed: "REPLAYED" }[frame.origin] ?? "");
    this.restyle();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    this.resize();
  }

  label(name, text) {
    this.element.querySelector(`[data-slot="${name}"]`).textContent = text;
  }

  restyle() {
    this.colour = getComputedStyle(this.element).getPropertyValue("--trace").trim() || "#fff";
    this.redraw();
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    this.ratio = ratio;
    this.redraw();
  }

  add(frame) {
    const step = 1e6 / frame.rate_hz;
    const last = this.times.length ? this.times[this.times.length - 1] : -Infinity;
    frame.samples.forEach((value, i) => {
      const at = frame.start_us + i * step;
      if (at <= last) return;
      this.times.push(at);
      this.values.push(value);
    });
    if (this.times.length && frame.start_us + frame.samples.length * step < last - 1e6) {
      // The monitor's clock stepped back: what was drawn belongs to another stretch of time.
      this.times = []; this.values = []; this.beats = []; this.drawnUs = null; this.scaledAt = undefined;
      this.add(frame);
    }
  }

  addBeats(times) { this.beats.push(...times); }

  x(us) { return (((us / 1e6) % this.seconds) / this.seconds) * this.canvas.width; }

  y(value) {
    const pad = 6 * this.ratio;
    const room = this.canvas.height - pad - TOP_PX * this.ratio;
    return this.canvas.height - pad - ((value - this.low) / (this.high - this.low)) * room;
  }

  // The scale follows what was seen in the last sweep, never below a span at which noise would look like a signal.
  rescale(playUs) {
    const from = playUs - this.seconds * 1e6;
    let low = Infinity; let high = -Infinity;
    for (let i = this.times.length - 1; i >= 0 && this.times[i] > from; i -= 1) {
      const value = this.values[i];
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low > high) return false;
    const least = MIN_SPAN[this.unit] ?? Math.max(1e-9, Math.abs(high) * 0.2);
    const middle = (low + high) / 2;
    const span = Math.max(high - low, least) * 1.15;
    const fits = this.low !== null && low >= this.low && high <= this.high && (high - low) > 0.45 * (this.high - this.low);
    const still = this.low !== null && span >= 0.8 * (this.high - this.low) && low >= this.low && high <= this.high;
    if (fits || still) return false;
    this.low = middle - span / 2;
    this.high = middle + span / 2;
    this.label("scale", `${this.unit === "1" ? "" : this.unit} ${plain(this.low)} to ${plain(this.high)}`);
    return true;
  }

  redraw() {
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.drawnUs !== null) this.drawnUs -= this.seconds * 1e6 * (1 - GAP_S / this.seconds);
  }

  draw(playUs) {
    if (this.scaledAt === undefined || playUs - this.scaledAt > 2e6) {
      this.scaledAt = playUs;
      if (this.rescale(playUs)) this.redraw();
    }
    if (this.low === null) return;
    const oldest = playUs - this.seconds * 1e6 * (1 - GAP_S / this.seconds);
    const from = Math.max(this.drawnUs ?? oldest, oldest);
    this.wipe(from, playUs);
    this.trace(from, playUs);
    this.ticks(from, playUs);
    this.drawnUs = playUs;
    const cut = this.times.findIndex((at) => at > playUs - (this.seconds + 1) * 1e6);
    if (cut > 500) { this.times.splice(0, cut); this.values.splice(0, cut); }
    this.beats = this.beats.filter((at) => at > playUs - this.seconds * 1e6);
    const newest = this.times.length ? this.times[this.times.length - 1] : -Infinity;
    this.element.classList.toggle("no-signal", playUs - newest > NO_SIGNAL_US);
  }

  wipe(fromUs, toUs) {
    const context = this.canvas.getContext("2d");
    const start = this.x(fromUs);
    const width = ((toUs - fromUs) / 1e6 + GAP_S) * (this.canvas.width / this.seconds) + 1;
    context.clearRect(start, 0, width, this.canvas.height);
    if (start + width > this.canvas.width) context.clearRect(0, 0, start + width - this.canvas.width, this.canvas.height);
  }

  trace(fromUs, toUs) {
    const context = this.canvas.getContext("2d");
    context.strokeStyle = this.colour;
    context.lineWidth = 1.6 * this.ratio;
    context.lineJoin = "round";
    context.beginPath();
    let pen = false; let lastX = -Infinity; let lastUs = 0;
    let i = this.firstAfter(fromUs) - 1;
    for (i = Math.max(0, i); i < this.times.length && this.times[i] <= toUs; i += 1) {
      const value = this.values[i];
      const x = this.x(this.times[i]);
      if (value === null || x < lastX || this.times[i] - lastUs > 0.25e6) pen = false;
      if (value !== null) {
        if (pen) context.lineTo(x, this.y(value)); else context.moveTo(x, this.y(value));
        pen = true;
      }
      lastX = x; lastUs = this.times[i];
    }
    context.stroke();
  }

  ticks(fromUs, toUs) {
    const context = this.canvas.getContext("2d");
    context.fillStyle = this.colour;
    for (const at of this.beats) {
      if (at <= fromUs - MARK_BEHIND_US || at > toUs - MARK_BEHIND_US) continue;
      const x = this.x(at); const size = 4 * this.ratio;
      context.beginPath();
      context.moveTo(x - size, 0); context.lineTo(x + size, 0); context.lineTo(x, size * 1.6);
      context.fill();
    }
  }

  firstAfter(us) {
    let low = 0; let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] > us) high = middle; else low = middle + 1;
    }
    return low;
  }
}

export class Sweep {
  constructor(container, template) {
    this.container = container;
    this.template = template;
    this.seconds = Number(container.dataset.seconds);
    this.strips = new Map();
    this.clock = new PlayClock();
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    let last = 0;
    const frame = (now) => {
      // With reduced motion the strip moves on once a second instead of flowing.
      if (!calm.matches || now - last > 1000) { this.draw(); last = now; }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    document.addEventListener("themechange", () => this.strips.forEach((strip) => strip.restyle()));
  }

  wave(frame) {
    let strip = this.strips.get(frame.key);
    if (!strip) {
      const element = this.template.content.firstElementChild.cloneNode(true);
      element.classList.add(`c-${frame.key.split("_")[0]}`);
      element.dataset.wave = frame.key;
      element.dataset.testid = `strip-${frame.key}`;
      const place = ORDER.indexOf(frame.key.split("_")[0]);
      element.style.order = String(place < 0 ? ORDER.length : place);
      this.container.append(element);
      strip = new Strip(element, this.seconds, frame);
      this.strips.set(frame.key, strip);
    }
    strip.add(frame);
    this.clock.heard(frame.start_us + (frame.samples.length * 1e6) / frame.rate_hz);
  }

  beats(frame) { this.strips.get(frame.signal)?.addBeats(frame.at_us); }

  quality(signals) {
    for (const signal of signals) {
      const strip = this.strips.get(signal.key);
      if (!strip) continue;
      // A healthy dog at rest pauses for a second or two: one second without a beat is not worth a word.
      strip.flatFor = signal.quality === "flat" ? strip.flatFor + 1 : 0;
      const quiet = signal.quality === "usable" || (strip.flatFor > 0 && strip.flatFor <= PAUSE_S);
      strip.label("quality", quiet ? "" : signal.text);
      strip.element.dataset.quality = signal.quality;
    }
  }

  draw() {
    const play = this.clock.playUs();
    if (play !== null) this.strips.forEach((strip) => strip.draw(play));
  }

  clear() {
    this.strips.forEach((strip) => strip.element.remove());
    this.strips.clear();
    this.clock = new PlayClock();
  }
}
