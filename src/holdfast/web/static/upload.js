// Files dropped on or chosen in a form marked data-upload are sent one by one; each says what became of it.
const csrf = document.querySelector('meta[name="csrf"]').content;

async function send(form, file) {
  const line = document.createElement("li");
  line.textContent = `${file.name}: sending ...`;
  form.querySelector("[data-uploaded]").append(line);
  const target = `${form.getAttribute("action")}?case=${encodeURIComponent(form.elements.case.value)}`;
  const headers = { accept: "application/json", "content-type": "application/octet-stream", "x-csrf-token": csrf };
  try {
    const answer = await fetch(target, { method: "POST", body: file, headers });
    const told = await answer.json();
    if (!answer.ok) {
      line.textContent = `${file.name}: ${told.error.problem} ${told.error.remedy}`;
      line.className = "problem";
      return;
    }
    const link = document.createElement("a");
    link.href = told.location;
    link.textContent = told.duplicate ? "was here already" : told.case_id ? "kept, at its case" : "kept, waits for a person";
    line.replaceChildren(`${file.name}: `, link);
  } catch {
    line.textContent = `${file.name}: not kept, no answer came. Send it again.`;
    line.className = "problem";
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const sendAll = async (files) => {
    for (const file of files) await send(form, file);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.files.addEventListener("change", () => sendAll([...form.elements.files.files]));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    sendAll([...event.dataTransfer.files]);
  });
}
