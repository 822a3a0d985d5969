// While the anaesthetic record is open it is drawn anew: every quarter of a minute, and at once after an entry.
const place = document.querySelector("[data-record]");
const EVERY_MS = 15000;

async function draw() {
  if (!place || document.hidden) return;
  try {
    const answer = await fetch(place.dataset.record);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("anaesthetic");
    if (fresh) place.replaceChildren(fresh);
  } catch {
    // Asked again in a moment; what stands here bears its time.
  }
}

if (place?.dataset.open === "yes") setInterval(draw, EVERY_MS);
for (const form of document.querySelectorAll("[data-redraw]")) {
  form.addEventListener("submit", () => setTimeout(() => { form.reset(); draw(); }, 700));
}
