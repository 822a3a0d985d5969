// The server's clock, told by the browser's own: that of a tablet may be minutes off. What was learnt is kept, because a
// page may be opened again from this browser's copy, and its numbers are then hours old.

const KEY = "holdfast-clock-ms";
const US = 1000;
let aheadMs = kept();

function kept() {
  try { return Number(localStorage.getItem(KEY)) || 0; } catch { return 0; }
}

// ``atMs``: when the server said it, by this browser's clock.
export function heard(serverUs, atMs = Date.now()) {
  aheadMs = serverUs / US - atMs;
  try { localStorage.setItem(KEY, String(aheadMs)); } catch { /* a private window forgets it */ }
}

export function nowUs() { return Math.round((Date.now() + aheadMs) * US); }

const told = Number(document.querySelector('meta[name="server-us"]')?.content);
if (told && !document.documentElement.dataset.keptMs) {
  const answered = performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now();
  heard(told, Date.now() - performance.now() + answered);
}
