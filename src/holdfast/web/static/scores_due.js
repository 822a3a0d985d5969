// Scores that are overdue, on the cards of the board. Asked for once a minute: a reminder, no alarm.
const EVERY_MS = 60000;

async function bring() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/api/scores/due");
    if (!answer.ok) return;
    const told = await answer.json();
    const byCase = new Map(told.cases.map((one) => [one.case_id, one]));
    for (const card of document.querySelectorAll("[data-testid=bed-card]")) {
      const place = card.querySelector("[data-slot=scores-due]");
      if (!place) continue;
      const due = byCase.get(card.dataset.case)?.due ?? [];
      place.hidden = due.length === 0;
      place.href = `/cases/${card.dataset.case}/scores`;
      place.textContent = `Scores due: ${due.map((one) => one.name).join("; ")}`;
    }
  } catch {
    // The next round tries again.
  }
}

setInterval(bring, EVERY_MS);
bring();
