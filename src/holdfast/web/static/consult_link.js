// The link of a consult: its secret stands behind the #, which a browser sends to no server. It goes into the form, and
// out of the address, before anything else happens.

const door = document.querySelector("form[data-door]");
if (door && window.location.hash.length > 1) {
  door.elements.token.value = window.location.hash.slice(1);
  history.replaceState(null, "", window.location.pathname);
}

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
