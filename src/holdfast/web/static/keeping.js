// Keeps copies of the pages that must open again without the server: this one where it is a case, and the page of a
// resuscitation of every dog that this page leads to. Browsers allow it over TLS or on the machine itself, nowhere else.
import { own } from "./session.js";

const CPR = 'a[href$="/cpr#start"]';
const AGAIN_MS = 5000;
const EVERY_MS = 5 * 60 * 1000;
let soon = 0;

// ``changed``: this page is another one than the worker saw it load.
async function keep(changed) {
  await navigator.serviceWorker.register("/sw.js");
  const worker = (await navigator.serviceWorker.ready).active;
  const assets = performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname).filter((path) => path.startsWith("/static/"));
  const linked = Array.from(document.querySelectorAll(CPR), (link) => new URL(link.href).pathname);
  worker.postMessage({ keep: { own: changed ? [location.pathname] : [], linked: [...new Set([location.pathname, ...linked])], assets } });
}

function keepSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => keep(true).catch(() => {}), AGAIN_MS);
}

if ("serviceWorker" in navigator && own.account && !document.documentElement.dataset.keptMs) {
  keep(false).catch(() => {});
  window.addEventListener("load", () => setTimeout(() => keep(false).catch(() => {}), AGAIN_MS)); // with the modules that came later
  document.addEventListener("refreshed", keepSoon);
  setInterval(keepSoon, EVERY_MS);
  document.querySelector('form[action="/logout"]')?.addEventListener("submit", () => {
    navigator.serviceWorker.controller?.postMessage({ forget: true });
  });
}
