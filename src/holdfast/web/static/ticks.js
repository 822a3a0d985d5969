// A pulse four times a second that goes on while the tab is hidden: browsers slow the timers of hidden pages down to
// one a minute, those of a worker not.

const EVERY_MS = 250;
const listeners = new Set();

function tick() { listeners.forEach((listener) => listener()); }

export function everyTick(listener) {
  if (!listeners.size) start();
  listeners.add(listener);
}

function start() {
  try {
    const worker = new Worker("/static/ticks_worker.js");
    worker.addEventListener("message", tick);
    worker.addEventListener("error", () => setInterval(tick, EVERY_MS), { once: true });
    worker.postMessage(EVERY_MS);
  } catch {
    setInterval(tick, EVERY_MS);
  }
  for (const name of ["pageshow", "online"]) window.addEventListener(name, tick);
  document.addEventListener("visibilitychange", tick);
}
