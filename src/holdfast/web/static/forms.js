// Forms marked data-keep are sent in the background, so that nothing typed is lost and nothing is written twice. What is
// a fact goes through the outbox: without an answer it is kept in this browser and goes out later, with the moment it was
// entered. What means something only now (data-now: an alarm paused, a decision, a bed) is never sent later: it stays
// where it was typed.
import { post, send } from "./outbox.js";
import { refreshParts } from "./refresh_parts.js";
import { nowUs } from "./server_clock.js";
import { own, token } from "./session.js";

const FORM = "application/x-www-form-urlencoded";
const UNSEEN = new Set(["csrf", "command_id", "at_us", "entry_id"]);

export function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(form, text, look) {
  let line = form.querySelector(":scope > .form-message");
  if (!line) {
    line = document.createElement("p");
    line.className = "form-message";
    line.setAttribute("role", "status");
    form.append(line);
  }
  line.classList.toggle("problem", look === "problem");
  line.classList.toggle("kept", look === "kept");
  line.textContent = text;
}

// What was entered, in a few words for the list of what waits.
function words(form, body) {
  const told = [form.dataset.words ?? form.getAttribute("action").split("/").pop().replaceAll(/[-_]/g, " ")];
  for (const [name, value] of body) {
    if (UNSEEN.has(name) || !value) continue;
    const field = form.elements[name];
    if (field instanceof HTMLInputElement && field.type === "hidden") continue;
    told.push(field instanceof HTMLSelectElement ? field.selectedOptions[0]?.textContent.trim() : value.replaceAll("_", " "));
  }
  const chip = form.closest("[data-finding]")?.querySelector(".chip-name")?.textContent;
  return (chip ? [chip.trim(), ...told] : told).join(", ");
}

function entryOf(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const url = submitter?.getAttribute("formaction") || form.getAttribute("action");
  if (!body.get("command_id")) body.set("command_id", freshId());
  return { url, body, words: words(form, body) };
}

async function sendNow({ url, body }) {
  const result = await send({ url, body: String(body), type: FORM }, token() || body.get("csrf") || "");
  if (result.told || result.problem) return result;
  return { problem: result.later ?? "Not saved: no answer came. What you entered is still here; send it again." };
}

async function sendOrKeep({ url, body, words: said }) {
  const enteredUs = nowUs();
  if (!body.get("at_us")) body.set("at_us", String(enteredUs));
  body.delete("csrf"); // the token of whenever it is sent goes with it
  return post({ url, body: String(body), type: FORM, words: said, entered_us: enteredUs });
}

function samePage(location) {
  const target = new URL(location, window.location.href);
  return target.pathname === window.location.pathname && target.search === window.location.search;
}

function emptied(form) {
  if (form.elements.command_id) form.elements.command_id.value = freshId();
}

// Kept or recorded, and the page stays: ready for the next entry.
function ready(form) {
  form.reset();
  // A field that keeps the focus would count as being edited, and its part would not be brought up to date.
  if (form.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) document.activeElement.blur();
  form.dispatchEvent(new CustomEvent("recorded", { bubbles: true }));
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-keep]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  form.classList.add("sending");
  const entry = entryOf(form, event.submitter);
  // Where nobody is signed in (a page behind a signed link) nothing would tell later whose entry it is.
  const result = "now" in form.dataset || !own.account ? await sendNow(entry) : await sendOrKeep(entry);
  delete form.dataset.sending;
  form.classList.remove("sending");
  if (result.problem) {
    say(form, result.problem, "problem");
    return;
  }
  emptied(form);
  if (result.kept) {
    ready(form);
    say(form, "Kept in this browser: it goes out by itself when the server answers.", "kept");
    return;
  }
  await shown(form, result.told);
});

async function shown(form, told) {
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
  ready(form);
  say(form, told.duplicate ? "This was on record already; nothing was written twice." : "Recorded.", "");
  await refreshParts();
}

document.addEventListener("outboxsent", async () => {
  document.querySelectorAll(".form-message.kept").forEach((line) => line.remove());
  await refreshParts();
});
