// Forms marked data-keep are sent in the background: when sending fails, what was typed stays where it is
// and goes out again under the same command id, so that nothing is lost and nothing is written twice.
import { refreshParts } from "./refresh_parts.js";

const TIMEOUT_MS = 15000;

export function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(form, text, failed) {
  let line = form.querySelector(":scope > .form-message");
  if (!line) {
    line = document.createElement("p");
    line.className = "form-message";
    line.setAttribute("role", "status");
    form.append(line);
  }
  line.classList.toggle("problem", failed);
  line.textContent = text;
}

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const action = submitter?.getAttribute("formaction") || form.getAttribute("action");
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { accept: "application/json" }, signal: stop.signal });
    const told = await answer.json();
    if (!answer.ok) return { problem: `${told.error.problem} ${told.error.remedy}` };
    return told;
  } catch {
    return { problem: "Not saved: no answer came. What you entered is still here; send it again." };
  } finally {
    clearTimeout(timer);
  }
}

function samePage(location) {
  const target = new URL(location, window.location.href);
  return target.pathname === window.location.pathname && target.search === window.location.search;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-keep]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  form.classList.add("sending");
  const told = await send(form, event.submitter);
  delete form.dataset.sending;
  form.classList.remove("sending");
  if (told.problem) {
    say(form, told.problem, true);
    return;
  }
  if (form.elements.command_id) form.elements.command_id.value = freshId();
  // The live state shows what became of it.
  if (form.dataset.after === "stay") {
    form.querySelector(":scope > .form-message")?.remove();
    return;
  }
  if (form.dataset.after === "reload") {
    window.location.reload();
    return;
  }
  if (form.dataset.after === "go" || !samePage(told.location)) {
    window.location.assign(told.location);
    return;
  }
  form.reset();
  // A field that keeps the focus would count as being edited, and its part would not be brought up to date.
  if (form.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) document.activeElement.blur();
  say(form, told.duplicate ? "This was on record already; nothing was written twice." : "Recorded.", false);
  form.dispatchEvent(new CustomEvent("recorded", { bubbles: true }));
  await refreshParts();
});
