// After a swap the focus goes to the next sensible element: the fragment marks it with data-focus; else, when the
// focused control went away with the old content, to the nearest part around it that is still there.
let around = [];

document.addEventListener("htmx:beforeSwap", () => {
  around = [];
  for (let part = document.activeElement; part && part !== document.body; part = part.parentElement) if (part.id) around.push(part.id);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const region = event.detail.elt;
  if (!(region instanceof Element)) return;
  const marked = region.matches("[data-focus]") ? region : region.querySelector("[data-focus]");
  const lost = document.activeElement === document.body && around.map((id) => document.getElementById(id)).find((part) => part?.checkVisibility());
  const next = marked ?? lost;
  if (!next) return;
  if (!next.matches("a[href], button, input, select, textarea, [tabindex]")) next.tabIndex = -1;
  next.focus({ preventScroll: false });
});

// "All" above a list of checkboxes: <input type=checkbox data-all="name">.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.all;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[name="${name}"]:not(:disabled)`)) box.checked = event.target.checked;
});

// Buttons that open and close a dialog: data-opens="id", data-closes.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});
