// Runs before the first paint, so that a dark ward is never lit up by a white flash.
(() => {
  const root = document.documentElement;
  const key = "holdfast-theme";
  const saved = (() => { try { return localStorage.getItem(key); } catch { return null; } })();
  if (saved === "dark" || saved === "light") root.dataset.theme = saved;
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const dark = getComputedStyle(root).colorScheme.includes("dark");
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem(key, root.dataset.theme); } catch { /* a private window forgets it */ }
    document.dispatchEvent(new CustomEvent("themechange"));
  });
})();
