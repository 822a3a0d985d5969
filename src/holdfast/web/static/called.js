// Says once that the person opened the link: a mail program that looks at links runs no scripts.
const called = document.querySelector("[data-seen]");
if (called && !["answered", "withdrawn"].includes(called.dataset.phase)) fetch(called.dataset.seen, { method: "POST", headers: { "x-csrf-token": called.dataset.csrf } }).catch(() => {});
