// Press on the dog: the place and the moment of the press go into the form; the rest is one touch each.

import { nowUs } from "./server_clock.js";

const form = document.querySelector("form[data-touch]");

function mark(place) {
  document.querySelectorAll("[data-place]").forEach((region) => region.classList.toggle("chosen", region.dataset.place === place));
}

function press(place) {
  form.elements.place.value = place;
  form.elements.at_us.value = String(nowUs());
  const moment = new Date(Number(form.elements.at_us.value) / 1000).toTimeString().slice(0, 8);
  form.querySelector("[data-slot=press-moment]").textContent = `Pressed at ${moment}.`;
  mark(place);
}

if (form) {
  document.addEventListener("pointerdown", (event) => {
    const region = event.target.closest?.("[data-place]");
    if (region) press(region.dataset.place);
  });
  document.addEventListener("click", (event) => {
    // Assistive technology clicks without a pointer.
    const region = event.target.closest?.("[data-place]");
    if (region && form.elements.place.value !== region.dataset.place) press(region.dataset.place);
  });
  document.addEventListener("keydown", (event) => {
    const region = event.target.closest?.("[data-place]");
    if (region && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      press(region.dataset.place);
    }
  });
  form.elements.place.addEventListener("change", () => press(form.elements.place.value));
  form.addEventListener("recorded", () => {
    form.elements.at_us.value = "";
    form.querySelector("[data-slot=press-moment]").textContent = "";
    mark("");
  });
  document.addEventListener("refreshed", () => mark(form.elements.place.value));
}
