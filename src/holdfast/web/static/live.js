// The live socket: a state every second is the heartbeat. Without one for three seconds the screen says STALE,
// loudly, whatever the reason; it reconnects by itself within two seconds.

const STALE_AFTER_MS = 3000;
const RETRY_MS = 1500;
const WATCH_MS = 250;

const banner = document.getElementById("stale");

export function connect(path, onMessage) {
  let socket = null;
  let heardAt = performance.now();
  let openedAt = heardAt;
  let signedOut = false;

  function open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    openedAt = performance.now();
    socket = new WebSocket(`${scheme}://${location.host}${path}`);
    const mine = socket;
    mine.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "state" || message.type === "board") heardAt = performance.now();
      onMessage(message);
      watch();
    });
    mine.addEventListener("close", () => {
      if (mine !== socket) return;
      socket = null;
      setTimeout(open, RETRY_MS);
      askWhetherSignedOut();
    });
  }

  async function askWhetherSignedOut() {
    try {
      signedOut = (await fetch("/api/board")).status === 401;
    } catch {
      signedOut = false;
    }
  }

  function watch() {
    const silent = performance.now() - heardAt;
    const stale = silent > STALE_AFTER_MS;
    document.body.classList.toggle("is-stale", stale);
    banner.hidden = !stale;
    if (!stale) return;
    banner.querySelector("[data-slot=since]").textContent = signedOut
      ? "You are signed out: reload and sign in."
      : `Silent for ${Math.round(silent / 1000)} s; trying to reconnect.`;
    // A connection that is open but dead does not close by itself.
    if (socket && performance.now() - openedAt > STALE_AFTER_MS) {
      const dead = socket;
      socket = null;
      dead.close();
      open();
    }
  }

  open();
  setInterval(watch, WATCH_MS);
  for (const name of ["visibilitychange", "pageshow", "online"]) {
    (name === "visibilitychange" ? document : window).addEventListener(name, watch);
  }
}
