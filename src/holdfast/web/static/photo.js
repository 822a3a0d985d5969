// A photograph is made small in the browser before it is sent: quick on a bad line, and without the place it was taken.
const SIDE_MAX = 1600;

async function small(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("empty"))), "image/jpeg", 0.85));
}

async function send(target, file, said) {
  said.textContent = "Sending the photograph ...";
  const headers = { "content-type": "image/jpeg", accept: "application/json" };
  const csrf = document.querySelector('meta[name="csrf"]');
  if (csrf) headers["x-csrf-token"] = csrf.content;
  try {
    const answer = await fetch(target, { method: "POST", body: await small(file), headers });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${told.error.problem} ${told.error.remedy}`);
    said.textContent = "The photograph has arrived.";
    return told;
  } catch (error) {
    said.textContent = `Not sent. ${error.message || ""} Choose it again.`;
    return null;
  }
}

for (const form of document.querySelectorAll("[data-photo]")) {
  const field = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("change", async () => {
    const told = field.files[0] && (await send(form.dataset.photo, field.files[0], form.querySelector("[data-slot=photo-said]")));
    if (told && form.dataset.photoAfter === "reload") window.location.reload();
  });
}

for (const field of document.querySelectorAll("[data-photo-field]")) {
  const form = field.closest("form");
  const button = form.querySelector("button");
  field.addEventListener("change", async () => {
    if (!field.files[0]) return;
    button.disabled = true;
    const told = await send(field.dataset.photoField, field.files[0], form.querySelector("[data-slot=photo-said]"));
    button.disabled = false;
    form.querySelector("[data-slot=photo-ticket]").value = told ? told.photo : "";
  });
}
