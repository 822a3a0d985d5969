// Who is signed in, and the token that goes with every entry. A page that stays open outlives its sign-in.
import { heard } from "./server_clock.js";

const TIMEOUT_MS = 8000;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

// As this page was made for; a page opened from this browser's copy does not know its token.
export const own = { account: meta("account"), name: meta("account-name") };
let csrf = document.documentElement.dataset.keptMs ? "" : meta("csrf");

export function token() { return csrf; }

// {account, csrf}; "signed out"; or null when no answer came.
export async function ask() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const sentMs = Date.now();
    const answer = await fetch("/api/session", { headers: { accept: "application/json" }, signal: stop.signal, cache: "no-store" });
    if (answer.status === 401) return "signed out";
    if (!answer.ok) return null;
    const receivedMs = Date.now();
    const told = await answer.json();
    heard(told.server_us, sentMs, receivedMs);
    if (told.account_id === own.account) csrf = told.csrf;
    return { account: told.account_id, csrf: told.csrf };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
