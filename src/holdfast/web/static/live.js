// Live sockets: a state every second is the heartbeat of each. When one of them has been silent for three seconds the
// screen says STALE, loudly, whatever the reason; each reconnects by itself within two seconds.
import { everyTick } from "./ticks.js";

const STALE_AFTER_MS = 3000;
const RETRY_MS = 1500;
const HEARTBEATS = new Set(["state", "board", "alarms"]);

const banner = document.getElementById("stale");
const lines = [];
let signedOut = false;

async function askWhetherSignedOut() {
  try {
    signedOut = (await fetch("/api/board")).status === 401;
  } catch {
    signedOut = false;
  }
}

class Line {
  constructor(path, onMessage) {
    this.path = path;
    this.onMessage = onMessage;
    // On a page that is this browser's old copy, nothing is live until the server has spoken.
    this.heardAt = performance.now() - (document.documentElement.dataset.keptMs ? STALE_AFTER_MS + 1 : 0);
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.openedAt = performance.now();
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}`);
    this.socket = socket;
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (HEARTBEATS.has(message.type)) this.heardAt = performance.now();
      this.onMessage(message);
      watch();
    });
    socket.addEventListener("close", () => {
      if (socket !== this.socket) return;
      this.socket = null;
      setTimeout(() => { if (!this.socket) this.open(); }, RETRY_MS);
      askWhetherSignedOut();
    });
  }

  silentMs() { return performance.now() - this.heardAt; }

  // A connection that is open but dead does not close by itself.
  renew() {
    if (!this.socket || performance.now() - this.openedAt <= STALE_AFTER_MS) return;
    const dead = this.socket;
    this.socket = null;
    dead.close();
    this.open();
  }
}

function watch() {
  const silent = Math.max(...lines.map((line) => line.silentMs()));
  const stale = silent > STALE_AFTER_MS;
  banner.hidden = !stale;
  if (document.body.classList.contains("is-stale") !== stale) {
    document.body.classList.toggle("is-stale", stale);
    document.dispatchEvent(new CustomEvent("stalechange", { detail: stale }));
  }
  if (!stale) return;
  banner.querySelector("[data-slot=since]").textContent = signedOut
    ? "You are signed out: reload and sign in."
    : `Silent for ${Math.round(silent / 1000)} s; trying to reconnect.`;
  lines.filter((line) => line.silentMs() > STALE_AFTER_MS).forEach((line) => line.renew());
}

export function connect(path, onMessage) {
  if (!lines.length) everyTick(watch);
  lines.push(new Line(path, onMessage));
  watch();
}
