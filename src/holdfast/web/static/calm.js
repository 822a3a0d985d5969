// When nothing on the screen may change its place: a finger or a pointer is on its way to something.

const REST_MS = 1500;
let down = 0;
let movedAt = -Infinity;

function moved() { movedAt = performance.now(); }

for (const name of ["pointermove", "wheel", "scroll", "keydown"]) {
  window.addEventListener(name, moved, { capture: true, passive: true });
}
window.addEventListener("pointerdown", () => { down += 1; moved(); }, { capture: true, passive: true });
for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, () => { down = Math.max(0, down - 1); moved(); }, { capture: true, passive: true });
}

export function calm() {
  return down === 0 && performance.now() - movedAt > REST_MS;
}
