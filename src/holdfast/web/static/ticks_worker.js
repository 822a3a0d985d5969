// Counts time for ticks.js.
self.addEventListener("message", (event) => setInterval(() => self.postMessage(0), event.data));
