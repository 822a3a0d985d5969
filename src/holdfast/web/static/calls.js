// The bar of calls asks by itself; while nobody can be asked it keeps what it said last, and the alarm bar says STALE.
const EVERY_MS = 2000;
const root = document.documentElement;

function measure() {
  const bar = document.getElementById("calls-bar");
  root.style.setProperty("--calls-height", `${bar ? bar.offsetHeight : 0}px`);
}

async function look() {
  try {
    const answer = await fetch("/calls/bar");
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("calls-bar");
    const bar = document.getElementById("calls-bar");
    // A button that is being pressed or sent stays where it is.
    if (!fresh || !bar || bar.matches(":active") || bar.querySelector(".sending")) return;
    const focused = bar.contains(document.activeElement);
    bar.replaceChildren(...fresh.childNodes);
    if (focused) bar.querySelector("button")?.focus();
    measure();
  } catch {
    // Asked again in a moment.
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || look());
document.addEventListener("submit", (event) => event.target.closest("#calls-bar") && setTimeout(look, 400));
addEventListener("resize", measure);
measure();
