// The account page beyond links and forms: selecting a passage, moving codes by keys and by dragging, walking the
// list of codes that fit, and keeping panes where they were scrolled to when they are renewed.
const workspace = document.getElementById("workspace");
const KEPT = ["reading", "documents", "codes-body", "gate-body"];
const points = (text) => [...text].length;
let scrolled = {};

// Positions count Unicode code points in the document's text, so that they mean the same on the server.
function passage() {
  const selection = getSelection();
  const text = document.getElementById("text");
  if (!text || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
  const before = range.cloneRange();
  before.selectNodeContents(text);
  before.setEnd(range.startContainer, range.startOffset);
  const quote = range.toString();
  const start = points(before.toString());
  return quote.trim() ? { quote, start, end: start + points(quote) } : null;
}

function fill(found) {
  const form = document.getElementById("link-form");
  if (!form || !found) return;
  form.quote.value = found.quote;
  form.start.value = found.start;
  form.end.value = found.end;
}

document.addEventListener("selectionchange", () => fill(passage()));

// Alt+Up and Alt+Down move the code that has the focus.
workspace.addEventListener("keydown", (event) => {
  const row = event.target.closest(".code-row");
  if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const button = row.querySelector(`button[value="${event.key === "ArrowUp" ? "up" : "down"}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// A refusal is about what was sent: it goes as soon as something else is typed.
workspace.addEventListener("input", ({ target }) => target.form?.querySelector(".said")?.replaceChildren());

// Down and Up walk from the words to the codes that fit; Escape leaves them.
workspace.addEventListener("keydown", (event) => {
  const form = event.target.closest("form.add");
  if (!form || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key) || event.target.matches("select")) return;
  const stops = [form.querySelector("input[name=q]"), ...form.querySelectorAll(".code-results button")];
  const at = stops.indexOf(event.target);
  const to = event.key === "Escape" ? 0 : at + (event.key === "ArrowDown" ? 1 : -1);
  if (event.key === "Escape") form.querySelector("[id$=-results]").replaceChildren();
  if (at < 0 || !stops[to]) return;
  event.preventDefault();
  stops[to].focus();
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
  const values = { order, role: list.dataset.role, shown: document.getElementById("shown")?.value ?? "" };
  htmx.ajax("POST", list.dataset.order, { source: list, target: "#said-diagnoses", values });
});

// Renewed panes stay where they were scrolled to, keep what was typed in forms other than the one that was sent, and
// give the focus back to the field that codes are added in. A document opened by a passage shows that passage.
let typed = [];
let adding = "";
let wanted = "";

const standing = (field) =>
  field.matches("select") ? ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value : field.defaultValue;

function nameOf(field) {
  const { form } = field;
  const finding = form.elements.subjects ? form.elements.rule.value + form.elements.subjects.value : "";
  return [form.getAttribute("action"), finding, field.name].join(" ");
}

const fields = () => [...workspace.querySelectorAll("form :is(input:not([type=hidden]), textarea, select)")];

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  scrolled = Object.fromEntries(KEPT.map((id) => [id, document.getElementById(id)?.scrollTop ?? 0]));
  scrolled.shown = document.getElementById("shown")?.value;
  const done = detail.xhr.status < 400 ? detail.requestConfig.elt.closest("form") : null;
  typed = fields().filter((field) => field.form !== done && field.value !== standing(field));
  adding = done?.matches(".add") && detail.requestConfig.verb === "post" ? done.querySelector("[name=q]").id : "";
});

workspace.addEventListener("click", (event) => {
  wanted = event.target.closest("[data-passage]")?.dataset.passage ?? wanted;
});

document.addEventListener("htmx:afterSettle", () => {
  for (const id of KEPT) {
    const pane = document.getElementById(id);
    if (pane && (id !== "reading" || document.getElementById("shown")?.value === scrolled.shown)) pane.scrollTop = scrolled[id] ?? 0;
  }
  for (const old of typed.filter((field) => !field.isConnected)) {
    const renewed = fields().find((field) => nameOf(field) === nameOf(old));
    if (renewed) renewed.value = old.value;
  }
  typed = [];
  if (adding && !document.activeElement.matches("input, select, textarea")) document.getElementById(adding)?.focus();
  if (!wanted) return;
  document.querySelector(`#text mark a[href="#${wanted}"]`)?.scrollIntoView({ block: "center" });
  wanted = "";
});

// A link to a part of the page that is folded away unfolds it.
function unfold() {
  const part = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (part?.matches("details")) part.open = true;
  part?.querySelector("input, select, textarea, button, a[href]")?.focus({ preventScroll: true });
}
addEventListener("hashchange", unfold);
