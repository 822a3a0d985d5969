// The monitor's strip on the case page.
import { showBedAlarms } from "./alarm_items.js";
import { connect } from "./live.js";
import { showSilence, showTiles } from "./view.js";

const strip = document.querySelector("[data-live]");

connect(strip.dataset.live, (message) => {
  if (message.type !== "state") return;
  if (message.case_id !== strip.dataset.case) {
    // The dog was moved: numbers of another dog must never stand on this page.
    window.location.reload();
    return;
  }
  showBedAlarms(strip, message);
  showSilence(strip, message);
  showTiles(strip, message);
});
