// Codes by keys: walking the list that fits typed words, POA by letters, order by Alt and arrows or by dragging.
import { workspace } from "./page.js";

const poaCells = () => [...workspace.querySelectorAll("#diagnosis-lists .poa select")];
const adding = (form) => form.querySelector("[name=q]");
const results = (form) => form.querySelector("[id$=-results]");

// From the words to the codes that fit, and back; any letter goes on typing.
workspace.addEventListener("keydown", (event) => {
  const form = event.target.closest("form.add");
  if (!form || event.target.matches("select")) return;
  const listed = event.target.closest(".code-results") !== null;
  if (listed && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) return adding(form).focus();
  if (!["ArrowDown", "ArrowUp", "Escape"].includes(event.key) || event.altKey) return;
  const stops = [adding(form), ...form.querySelectorAll(".code-results button")];
  if (event.key === "Escape" && stops.length === 1) return;
  const to = event.key === "Escape" ? 0 : stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
  if (event.key === "Escape") results(form).replaceChildren();
  if (!stops[to]) return;
  event.preventDefault();
  stops[to].focus();
});

// The letter sets the indicator and goes on to the next row, after the last one back to adding.
function markPoa(cell, indicator) {
  const cells = poaCells();
  const next = cells[cells.indexOf(cell) + 1];
  if (cell.value !== indicator) {
    cell.value = indicator;
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  }
  (next ?? document.getElementById("add-dx"))?.focus();
}

workspace.addEventListener("keydown", (event) => {
  const cell = event.target.closest("#diagnosis-lists .poa select");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = event.key.toUpperCase();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if ("YNUW".includes(letter) && letter.length === 1) markPoa(cell, letter);
  else if (event.key === "Backspace") markPoa(cell, "");
  else if (step) poaCells()[poaCells().indexOf(cell) + step]?.focus();
  else return;
  event.preventDefault();
});

// On a row: Alt+Up and Alt+Down move it, arrows go to the next one, Delete asks why it is removed.
workspace.addEventListener("keydown", (event) => {
  const row = event.target.closest(".code-row");
  const arrow = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!row) return;
  if (event.altKey && arrow) {
    event.preventDefault();
    row.querySelector(`button[value="${arrow}"]`)?.click();
  } else if (event.key === "Delete" && !event.target.matches("input, textarea")) {
    const menu = row.querySelector("details[data-menu]");
    if (!menu) return;
    event.preventDefault();
    menu.open = true;
    menu.querySelector("input[name=reason]").focus();
  } else if (arrow && event.target === row) {
    event.preventDefault();
    const rows = [...workspace.querySelectorAll(".code-row")];
    rows[rows.indexOf(row) + (arrow === "up" ? -1 : 1)]?.focus();
  }
});

// After a code was added its POA is next, then the next code.
workspace.addEventListener("renewed", ({ detail: { done, added } }) => {
  if (!done?.matches(".add")) return;
  results(done)?.replaceChildren();
  const poa = added?.querySelector(".poa select");
  (poa && !poa.value ? poa : adding(done)).focus();
  added?.scrollIntoView({ block: "nearest" });
});

// Dragging a code within its list; the order is sent when it is dropped.
let dragged = null;
workspace.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".code-row[draggable]") ?? null;
});
workspace.addEventListener("dragover", (event) => {
  const over = event.target.closest(".code-row");
  if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const half = over.getBoundingClientRect();
  if (over !== dragged) over.parentElement.insertBefore(dragged, event.clientY < half.top + half.height / 2 ? over : over.nextSibling);
});
workspace.addEventListener("drop", (event) => event.preventDefault());
workspace.addEventListener("dragend", () => {
  const list = dragged?.parentElement;
  dragged = null;
  if (!list?.dataset.order) return;
  const order = [...list.querySelectorAll(".code-row")].map((row) => row.dataset.key).join(" ");
  htmx.ajax("POST", list.dataset.order, { source: list, target: "#said-diagnoses", values: { order, role: list.dataset.role } });
});

// Escape leaves a field, so that single letters are keys again; what is typed in it stays.
workspace.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.closest("[data-menu]")) return;
  if (!event.target.matches("input, textarea, select, button")) return;
  event.preventDefault();
  document.getElementById("reading")?.focus({ preventScroll: true });
});
