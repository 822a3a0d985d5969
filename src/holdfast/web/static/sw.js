// Answers for the server when it does not: pages that were kept open again, plainly marked as old copies. What is sent
// never passes through here; the outbox does that.

const NAME = "holdfast-pages-1";
const KEPT = /^\/(cases\/[^/]+(\/cpr)?|cpr)?$/;
const KEPT_FOR_MS = 48 * 3600 * 1000;
// How long the server may take before a copy is shown instead: a resuscitation does not wait.
const PATIENCE_MS = 12000;
const PATIENCE_CPR_MS = 4000;
const PATIENCE_DOWN_MS = 1500;
const DOWN_FOR_MS = 10000;
const FRESH_MS = 60000;
const MOMENT = "x-holdfast-kept-ms";
let downUntil = 0;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith("holdfast-") && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keepAll(event.data.keep).catch(() => {}));
  if (event.data.forget) event.waitUntil(caches.delete(NAME));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

// What a page needs is kept before the page: a copy that is there opens. ``own`` is kept as it is now; the others only
// where their copy is not of this minute.
async function keepAll({ own, linked, assets }) {
  const cache = await caches.open(NAME);
  for (const path of assets) await keepAsset(cache, path);
  for (const path of [...own, ...linked].filter((one) => KEPT.test(one))) {
    if (!own.includes(path) && Date.now() - momentOf(await cache.match(path)) < FRESH_MS) continue;
    const answer = await fetch(path, { headers: { accept: "text/html" } });
    await keepPage(cache, path, answer);
  }
  await forgetOld(cache);
}

async function keepPage(cache, path, answer) {
  const text = await pageText(answer);
  for (const [, asset] of text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)) await keepAsset(cache, asset);
  if (text) await cache.put(path, copyOf(text, answer));
}

// One that is there already was brought up to date when a page asked for it.
async function keepAsset(cache, path) {
  if (await cache.match(path)) return;
  const answer = await fetch(path);
  if (answer.ok) await cache.put(path, answer);
}

function momentOf(kept) { return Number(kept?.headers.get(MOMENT) ?? 0); }

// Empty when it is not a page of ours, but a refusal or the way to the sign-in.
async function pageText(answer) {
  const html = answer.headers.get("content-type")?.startsWith("text/html");
  return answer.ok && !answer.redirected && html ? answer.text() : "";
}

function copyOf(text, answer) {
  return new Response(text, { headers: headers({ [MOMENT]: String(Date.now()) }, answer) });
}

// The page's own security headers hold for its copy too.
function headers(more, answer) {
  const kept = new Headers(more);
  for (const name of ["content-type", "content-security-policy", "x-frame-options", "referrer-policy", "x-content-type-options"]) {
    const value = answer.headers.get(name);
    if (value) kept.set(name, value);
  }
  return kept;
}

async function forgetOld(cache) {
  for (const request of await cache.keys()) {
    const moment = momentOf(await cache.match(request));
    if (moment && Date.now() - moment > KEPT_FOR_MS) await cache.delete(request);
  }
}

// The server's answer; null when none comes in time.
async function fromServer(request, patienceMs) {
  const late = new Promise((resolve) => setTimeout(() => resolve(null), Date.now() < downUntil ? PATIENCE_DOWN_MS : patienceMs));
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  if (!answer) downUntil = Date.now() + DOWN_FOR_MS;
  return answer;
}

async function page(event, url) {
  const { request } = event;
  if (!KEPT.test(url.pathname) || url.search) return fetch(request);
  const cache = await caches.open(NAME);
  const kept = await cache.match(url.pathname);
  // Without a copy there is nothing to show sooner, and what the browser says then is as good.
  const answer = kept ? await fromServer(request, url.pathname.endsWith("/cpr") ? PATIENCE_CPR_MS : PATIENCE_MS) : await fetch(request);
  if (!answer) return old(kept);
  event.waitUntil(keepPage(cache, url.pathname, answer.clone()).catch(() => {}));
  return answer;
}

async function old(kept) {
  const text = await kept.text();
  const moment = momentOf(kept);
  return new Response(text.replace("<html", `<html data-kept-ms="${moment}"`), { headers: headers({}, kept) });
}

async function asset(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept && Date.now() < downUntil) return kept;
  const answer = kept ? await fromServer(request, PATIENCE_CPR_MS) : await fetch(request);
  if (!answer?.ok) return kept ?? answer;
  await cache.put(request, answer.clone());
  return answer;
}
