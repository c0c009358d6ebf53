// Words in the record: their places in turn, across documents. The place is selected, so that it can be linked at once.
import { rangeOf, select } from "./evidence.js";
import { workspace } from "./page.js";

const found = document.getElementById("found");
const box = document.getElementById("find");
const reading = () => document.getElementById("reading");
const hits = () => [...found.querySelectorAll("[data-hit]")];
const shown = () => document.getElementById("shown")?.value;
let at = -1;
let coming = false;

const here = (hit) => rangeOf(Number(hit.dataset.start), Number(hit.dataset.end));

function paint() {
  if (!globalThis.CSS?.highlights) return;
  const ranges = hits().filter((hit) => hit.dataset.document === shown()).map(here).filter(Boolean);
  ranges.length ? CSS.highlights.set("found", new Highlight(...ranges)) : CSS.highlights.delete("found");
}

function arrive() {
  const hit = hits()[at];
  const range = hit && hit.dataset.document === shown() && here(hit);
  if (!range) return;
  reading().focus({ preventScroll: true });
  select(range);
}

function go(to) {
  const all = hits();
  if (!all.length) return;
  at = (to + all.length) % all.length;
  for (const each of all) each.toggleAttribute("aria-current", each === all[at]);
  all[at].scrollIntoView({ block: "nearest" });
  document.getElementById("found-at").textContent = `${at + 1} of ${all.length}`;
  if (all[at].dataset.document === shown()) return arrive();
  coming = true;
  htmx.trigger(all[at], "click");
}

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== found) return;
  for (const stepping of found.querySelectorAll("[data-stepping]")) stepping.hidden = false;
  at = -1;
  paint();
  // The first place in the document that is open, else the first of all.
  if (hits().length) go(Math.max(hits().findIndex((hit) => hit.dataset.document === shown()), 0));
});

found.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  const hit = event.target.closest("[data-hit]");
  if (step) go(at + Number(step.dataset.step));
  else if (hit && event.isTrusted) {
    at = hits().indexOf(hit);
    coming = true;
    if (hit.dataset.document !== shown()) return;
    event.preventDefault();
    event.stopPropagation();
    go(at);
  }
}, true);

workspace.addEventListener("renewed", () => {
  paint();
  if (coming) arrive();
  coming = false;
});

// Enter finds; the same words again, or Enter in the text, go on to the next place.
let asked = "";
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    found.replaceChildren();
    paint();
    reading()?.focus();
  } else if (event.key === "Enter") {
    if (box.value !== asked || !hits().length) return (asked = box.value);
    event.preventDefault();
    go(at + (event.shiftKey ? -1 : 1));
  }
});
box.addEventListener("focus", () => box.select());
workspace.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.target !== reading() || !hits().length) return;
  event.preventDefault();
  go(at + (event.shiftKey ? -1 : 1));
});
