// What every page does.
import "./forms.js";
import "./outbox_bar.js";
import "./keeping.js";

// What folds out over the page folds away again when one turns elsewhere.
const fold = document.querySelector("[data-fold-away]");
document.addEventListener("click", (event) => { if (fold && !fold.contains(event.target)) fold.open = false; });
fold?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  fold.open = false;
  fold.querySelector("summary").focus();
});

// The bar is there for whoever may see alarms.
if (document.getElementById("alarm-bar")) import("./alarm_bar.js");
if (document.getElementById("calls-bar")) import("./calls.js");
