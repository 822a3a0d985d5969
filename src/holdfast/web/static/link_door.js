// A link that is a key: its secret stands behind the #, which a browser sends to no server. It goes into the form, and
// out of the address, before anything else happens. Where one touch more would only cost time the form goes at once.
const door = document.querySelector("form[data-door]");

function take() {
  if (!door || window.location.hash.length < 2) return;
  door.elements.token.value = window.location.hash.slice(1);
  history.replaceState(null, "", window.location.pathname);
  door.querySelector("[data-door-code]").hidden = true;
  if (door.dataset.door === "now") door.requestSubmit();
}

take();
window.addEventListener("hashchange", take);
