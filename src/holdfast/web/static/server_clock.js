// The server's clock, told by the browser's own: that of a tablet may be minutes off. What was learnt is kept, because a
// page may be opened again from this browser's copy, and its numbers are then hours old.

const KEY = "holdfast-clock-ms";
const US = 1000;
const STEP_BACK_MS = 5000;
let aheadMs = kept();
let sureMs = Infinity;
let lastMs = 0;

function kept() {
  try { return Number(localStorage.getItem(KEY)) || 0; } catch { return 0; }
}

// The server said ``serverUs`` between these two moments of this browser's clock: the closer they lie, the surer it is. A
// slow answer does not push the clock about; one that cannot be true of it any more does.
export function heard(serverUs, sentMs, receivedMs) {
  const half = (receivedMs - sentMs) / 2;
  const told = serverUs / US - (sentMs + receivedMs) / 2;
  if (half >= sureMs && Math.abs(told - aheadMs) <= half + sureMs) return;
  aheadMs = told;
  sureMs = half;
  try { localStorage.setItem(KEY, String(aheadMs)); } catch { /* a private window forgets it */ }
}

// Never steps back by a little: what was touched first stays first.
export function nowUs() {
  const ms = Date.now() + aheadMs;
  lastMs = lastMs - ms > STEP_BACK_MS ? ms : Math.max(ms, lastMs);
  return Math.round(lastMs * US);
}

const told = Number(document.querySelector('meta[name="server-us"]')?.content);
if (told && !document.documentElement.dataset.keptMs) {
  // Between asking for the page and its first byte; where the browser does not say when that was, until now.
  const { requestStart = 0, responseStart = performance.now() } = performance.getEntriesByType("navigation")[0] ?? {};
  const beganMs = Date.now() - performance.now();
  heard(told, beganMs + requestStart, beganMs + responseStart);
}
