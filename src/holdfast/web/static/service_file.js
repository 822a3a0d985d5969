// A chosen file is read into the form's own field, so that what is looked at is what is sent.
const form = document.querySelector("form[data-file]");

form?.querySelector('input[type="file"]').addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  form.elements.csv.value = await file.text();
  form.elements.name.value = file.name;
});
