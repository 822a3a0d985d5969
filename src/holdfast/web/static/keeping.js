// Keeps copies of the pages that must open again without the server: this one where it is a case, and the page of a
// resuscitation of every dog that this page leads to. Browsers allow it over TLS or on the machine itself, nowhere else.
import { own } from "./session.js";

const CPR = 'a[href$="/cpr#start"]';

async function keep() {
  await navigator.serviceWorker.register("/sw.js");
  const worker = (await navigator.serviceWorker.ready).active;
  const assets = performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname).filter((path) => path.startsWith("/static/"));
  const linked = Array.from(document.querySelectorAll(CPR), (link) => new URL(link.href).pathname);
  worker.postMessage({ keep: { pages: [...new Set([location.pathname, ...linked])], assets } });
}

if ("serviceWorker" in navigator && own.account && !document.documentElement.dataset.keptMs) {
  window.addEventListener("load", () => keep().catch(() => {}));
  document.querySelector('form[action="/logout"]')?.addEventListener("submit", () => {
    navigator.serviceWorker.controller?.postMessage({ forget: true });
  });
}
