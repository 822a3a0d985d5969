// The link of a consult, shown once: marked at a touch, copied by a button.
const link = document.querySelector("[data-select]");
link?.addEventListener("focus", () => link.select());
document.querySelector("[data-copy]")?.addEventListener("click", async (event) => {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(link.value);
    button.textContent = "Copied";
  } catch {
    link.focus();
    button.textContent = "Marked: copy it by hand";
  }
});
