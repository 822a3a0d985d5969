// The outbox: every entry is written into this browser's database before it is sent, and leaves it when the server has
// answered. Without an answer it waits and goes out by itself, in the order of entering; the server writes none twice,
// because each carries its own command id. What the server refuses later is kept with the server's words.
import { ask, own, token } from "./session.js";
import * as store from "./outbox_store.js";
import { everyTick } from "./ticks.js";

const TIMEOUT_MS = 15000;
const BYTES_PER_MS = 30; // the slowest line on which a photograph still counts as on its way
const PATIENCE_MS = 8000;
const RETRY_MS = 3000;
const RETRY_SIGNED_OUT_MS = 15000;
const SEND_LATER = new Set([408, 429, 502, 503, 504]);

const channel = "BroadcastChannel" in window ? new BroadcastChannel("holdfast-outbox") : null;
const asking = new Map(); // by order: who stands before the form and waits for the answer
const state = { entries: [], down: false, signedOut: false, triedAt: -Infinity };
let running = null;
let rerun = false;

export function outboxState() { return state; }

async function changed() {
  try { state.entries = await store.all(); } catch { state.entries = []; }
  document.dispatchEvent(new CustomEvent("outboxchange"));
}

function answered(order, result) {
  const settle = asking.get(order);
  asking.delete(order);
  settle?.(result);
  return Boolean(settle);
}

// One entry to the server: {told}, {problem}, or {} when it must wait. Never throws.
export async function send({ url, body, type }, csrf) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS + (body.byteLength ?? 0) / BYTES_PER_MS);
  try {
    const headers = { accept: "application/json", "content-type": type, "x-csrf-token": csrf };
    const answer = await fetch(url, { method: "POST", body, headers, signal: stop.signal });
    const told = await answer.json();
    if (answer.ok) return { told };
    const problem = `${told.error.problem} ${told.error.remedy}`;
    if (SEND_LATER.has(answer.status)) return { later: problem };
    return { problem, status: answer.status };
  } catch {
    return {};
  } finally {
    clearTimeout(timer);
  }
}

// Sends until nothing of this person waits or no answer comes. One page of this browser at a time.
async function run() {
  let session = { account: own.account, csrf: token() };
  let sent = 0;
  for (;;) {
    rerun = false;
    const mine = (await store.all()).filter((entry) => !entry.refused && entry.account === session.account);
    const entry = mine[0];
    if (!entry) break;
    let result = session.csrf ? await send(entry, session.csrf) : { status: 403 };
    if (result.status === 401 || result.status === 403) {
      // Signed out, or signed in again since this page was made.
      const fresh = await ask();
      if (fresh === null || fresh === "signed out") {
        state.signedOut = fresh === "signed out";
        state.down = fresh === null;
        break;
      }
      state.signedOut = fresh.account !== own.account; // somebody else is signed in here now
      if (fresh.csrf !== session.csrf) {
        session = fresh;
        continue;
      }
    }
    if (!result.told && !result.problem) {
      state.down = true;
      state.words = result.later ?? "";
      break;
    }
    state.down = false;
    sent += await settle(entry, result);
    await changed();
  }
  state.triedAt = performance.now();
  await changed();
  if (sent) document.dispatchEvent(new CustomEvent("outboxsent", { detail: sent }));
}

// How many were delivered without anybody waiting at the form.
async function settle(entry, result) {
  const waits = asking.has(entry.order);
  if (result.told || waits) await store.remove(entry.order);
  else await store.put({ ...entry, refused: result.problem });
  answered(entry.order, result);
  channel?.postMessage({ order: entry.order, result });
  return waits || !result.told ? 0 : 1;
}

export function drain() {
  rerun = true;
  running ??= alone().finally(() => {
    running = null;
    if (rerun && !state.down && !state.signedOut) drain();
  });
  return running;
}

async function alone() {
  try {
    if (navigator.locks) await navigator.locks.request("holdfast-outbox", run);
    else await run(); // two pages may then send at once: doubled on the way, written once
  } catch (error) {
    state.triedAt = performance.now();
    console.error(error);
  }
}

// Keep an entry and send it. {told} or {problem} when the server answers in time, else {kept: true}: it goes out later.
export async function post(entry, patienceMs = PATIENCE_MS) {
  let order;
  try {
    order = await store.add({ ...entry, account: own.account, who: own.name, refused: "" });
  } catch {
    // A browser without a database: as good as it goes, and it says so.
    const result = await send(entry, token());
    return result.told || result.problem ? result : { problem: "Not saved: no answer came. What you entered is still here; send it again." };
  }
  const known = state.down || state.signedOut || document.body.classList.contains("is-stale");
  const answer = new Promise((resolve) => {
    asking.set(order, resolve);
    setTimeout(() => answered(order, { kept: true }), known ? 0 : patienceMs);
  });
  const result = Promise.race([answer, drain().then(() => (state.down || state.signedOut ? null : answer))]);
  await changed();
  const told = await result;
  if (told) return told;
  asking.delete(order);
  return { kept: true };
}

export async function sendAgain(order) {
  const entry = state.entries.find((one) => one.order === order);
  if (!entry) return;
  await store.put({ ...entry, refused: "" });
  drain();
}

// Only by the hand of a person, and only what the server has refused.
export async function throwAway(order) {
  await store.remove(order);
  await changed();
}

channel?.addEventListener("message", async ({ data }) => {
  if (answered(data.order, data.result) && data.result.problem) await store.remove(data.order);
  await changed();
});
document.addEventListener("stalechange", (event) => { if (!event.detail) drain(); });
everyTick(() => {
  const waits = state.entries.some((entry) => !entry.refused && entry.account === own.account);
  const every = state.signedOut ? RETRY_SIGNED_OUT_MS : RETRY_MS;
  if (waits && performance.now() - state.triedAt > every) drain();
});
for (const name of ["online", "pageshow"]) window.addEventListener(name, () => drain());
changed().then(() => { if (state.entries.length) drain(); });
