// Photographs and drawn signatures: sent first, as they are; the entry then names them by their SHA-256.
const csrf = document.querySelector('meta[name="csrf"]').content;

async function sendPicture(target, blob) {
  const headers = { accept: "application/json", "content-type": "application/octet-stream", "x-csrf-token": csrf };
  const answer = await fetch(target, { method: "POST", body: blob, headers });
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${told.error.problem} ${told.error.remedy}`);
  return told.sha256;
}

function kept(digest, file) {
  const line = document.createElement("li");
  const named = Object.assign(document.createElement("input"), { type: "hidden", name: "photograph", value: digest });
  const shown = Object.assign(document.createElement("img"), { alt: file.name });
  const reader = new FileReader();
  reader.addEventListener("load", () => { shown.src = reader.result; });
  reader.readAsDataURL(file);
  const label = document.createElement("label");
  label.className = "check";
  const scaled = Object.assign(document.createElement("input"), { type: "checkbox", name: "scaled", value: digest });
  label.append(scaled, " the scale lies in it");
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Leave it out" });
  remove.addEventListener("click", () => line.remove());
  line.dataset.testid = "photograph";
  line.append(named, shown, label, remove);
  return line;
}

for (const place of document.querySelectorAll("[data-photographs]")) {
  const list = place.querySelector('[data-slot="photographs"]');
  const input = place.querySelector('input[type="file"]');
  input.addEventListener("change", async () => {
    for (const file of [...input.files]) {
      const line = document.createElement("li");
      line.textContent = `${file.name}: sending ...`;
      list.append(line);
      try {
        line.replaceWith(kept(await sendPicture(place.dataset.photographs, file), file));
      } catch (error) {
        line.className = "problem";
        line.textContent = `${file.name}: not kept. ${error instanceof TypeError ? "No answer came; choose it again." : error.message}`;
      }
    }
    input.value = "";
  });
}

const SIGNED_PX = 40; // a touch by mistake draws less

// A signature goes out when the form does: the capture phase comes before the form's own sending.
for (const place of document.querySelectorAll("[data-signature]")) {
  const canvas = place.querySelector("canvas");
  const said = place.querySelector('[data-slot="signed"]');
  const field = place.querySelector('input[name="signature"]');
  const form = place.closest("form");
  const pen = canvas.getContext("2d");
  let [drawn, last] = [0, null]; // the length of the line: a busy browser tells of a quick stroke in two or three moves
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    drawn = 0;
    field.value = "";
    said.textContent = "";
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  clear();
  Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#0b1f5c" });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    last = at(event);
    pen.moveTo(...last);
    field.value = "";
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const point of (between.length ? between : [event]).map(at)) {
      pen.lineTo(...point);
      drawn += Math.hypot(point[0] - last[0], point[1] - last[1]);
      last = point;
    }
    pen.stroke();
  });
  place.querySelector("[data-clear]").addEventListener("click", clear);
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (drawn < SIGNED_PX) {
      said.textContent = "Nobody has signed yet.";
      return;
    }
    try {
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      field.value = await sendPicture(place.dataset.signature, blob);
      form.requestSubmit(event.submitter ?? undefined);
    } catch (error) {
      said.textContent = `The signature was not kept. ${error instanceof TypeError ? "No answer came; try again." : error.message}`;
    }
  }, true);
}
