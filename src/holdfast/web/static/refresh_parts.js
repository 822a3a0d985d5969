// Brings the parts of this page ([data-part]) up to date without touching what somebody is typing.

function beingEdited(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return true;
  return Array.from(part.querySelectorAll("input:not([type=hidden]), select, textarea")).some((field) => {
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (field instanceof HTMLSelectElement) return Array.from(field.options).some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0;
    return field.value !== field.defaultValue;
  });
}

export async function refreshParts() {
  if (!document.querySelector("[data-part]")) return false;
  let text;
  try {
    const answer = await fetch(window.location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return false;
    text = await answer.text();
  } catch {
    return false;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const newer = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!newer || beingEdited(part)) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    const folds = Array.from(part.querySelectorAll("details")).map((fold) => fold.open);
    newer.querySelectorAll("details").forEach((fold, i) => { if (i < folds.length) fold.open = folds[i]; });
    part.replaceWith(newer);
    if (focused) newer.querySelector(`[data-testid="${focused}"]`)?.focus();
  }
  const page = document.querySelector("[data-facts]");
  const newerPage = fresh.querySelector("[data-facts]");
  if (page && newerPage) page.dataset.facts = newerPage.dataset.facts;
  document.dispatchEvent(new CustomEvent("refreshed"));
  return true;
}
