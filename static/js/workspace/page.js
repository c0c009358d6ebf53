// The account page: what goes along with each request, and what stays where it was when changed parts come back.
// An answer holds only the parts that differ from those here (data-print); everything else is not touched.
export const workspace = document.getElementById("workspace");
const value = (id) => document.getElementById(id)?.value ?? "";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const { elt, verb, headers, parameters } = detail;
  if (!workspace.contains(elt)) return;
  headers["X-Parts"] = [...workspace.querySelectorAll("[data-print]")].map((part) => `${part.id}=${part.dataset.print}`).join(",");
  if (elt.getAttribute("hx-post") === "") detail.path = elt.getAttribute("action");
  if (elt.getAttribute("hx-get") === "") detail.path = elt.getAttribute("href");
  // Codes go into bodies only, never into an address.
  if (verb !== "get" || headers["X-Polling"]) parameters.shown = value("shown");
  if (elt.id === "watch") parameters.watched = value("watched");
  if (verb === "get") return;
  parameters.coded = value("coded");
  parameters.seen = value("seen");
});

// A refusal is about what was sent: it goes as soon as something else is typed, or something worked.
const saidOf = (form) => {
  for (let part = form?.nextElementSibling; part; part = part.nextElementSibling) if (part.matches(".said")) return part;
  return form?.parentElement.closest(".code-row, .finding, .act")?.querySelector(".said");
};
workspace.addEventListener("input", ({ target }) => saidOf(target.form)?.replaceChildren());

// What was typed in forms other than the one that was sent is put back into their new copies.
const standing = (field) =>
  field.matches("select") ? ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value : field.defaultValue;

export function nameOf(field) {
  const { form } = field;
  const finding = form.elements.subjects ? form.elements.rule.value + form.elements.subjects.value : "";
  return [form.getAttribute("action"), finding, field.name].join(" ");
}

export const fields = () => [...workspace.querySelectorAll("form :is(input:not([type=hidden], [name=words]), textarea, select)")];
export const typedFields = () => fields().filter((field) => field.value !== standing(field));

// Words whose form is gone are shown at the top, so that they can be copied.
export function homeless(words) {
  const kept = document.getElementById("kept");
  if (!words.trim()) return;
  const item = document.createElement("li");
  item.textContent = `You typed: ${words}`;
  kept.querySelector("[data-homeless]").append(item);
  kept.hidden = false;
}
document.querySelector("[data-dismiss-kept]").addEventListener("click", () => {
  const kept = document.getElementById("kept");
  kept.hidden = true;
  kept.querySelector("[data-homeless]").replaceChildren();
});

// Focus, scroll, unfolded parts and typed words, over a swap.
const SCROLLS = ["reading", "documents", "codes-body", "gate-body"];
let before = null;
let busy = 0;
let later = "";

const unfolded = (part) => part.closest("[data-testid]")?.dataset.testid ?? part.id;

function remember(done) {
  const focused = document.activeElement;
  const around = [];
  for (let part = focused; part && part !== workspace; part = part.parentElement) if (part.id) around.push(part.id);
  return {
    done,
    focused,
    around,
    caret: focused.matches?.("input[type=search], input[type=text], input:not([type]), textarea") ? [focused.selectionStart, focused.selectionEnd] : null,
    shown: value("shown"),
    scrolls: SCROLLS.map((id) => [id, document.getElementById(id)?.scrollTop ?? 0]),
    open: [...workspace.querySelectorAll("details[open]:not([data-menu])")].map(unfolded).filter(Boolean),
    typed: typedFields().filter((field) => field.form !== done),
    rows: new Set([...workspace.querySelectorAll(".code-row")].map((row) => row.id)),
  };
}

function restore({ done, focused, around, caret, shown, scrolls, open, typed, rows }) {
  for (const [id, top] of scrolls) {
    const pane = document.getElementById(id);
    if (pane && pane.scrollTop !== top && (id !== "reading" || value("shown") === shown)) pane.scrollTop = top;
  }
  for (const part of workspace.querySelectorAll("details:not([open], [data-menu])")) if (open.includes(unfolded(part))) part.open = true;
  for (const old of typed.filter((field) => !field.isConnected)) {
    const renewed = fields().find((field) => nameOf(field) === nameOf(old));
    if (renewed) renewed.value = old.value;
    else homeless(old.value);
  }
  if (done?.isConnected) done.reset();
  if (!focused.isConnected) {
    const next = around.map((id) => document.getElementById(id)).find((part) => part?.checkVisibility());
    if (next && !next.matches("a[href], button, input, select, textarea, [tabindex]")) next.tabIndex = -1;
    next?.focus({ preventScroll: true });
    if (caret && next?.id === around[0]) next.setSelectionRange?.(...caret);
  }
  const added = [...workspace.querySelectorAll(".code-row")].find((row) => !rows.has(row.id));
  workspace.dispatchEvent(new CustomEvent("renewed", { detail: { done, added } }));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, verb } = detail.requestConfig;
  if (!workspace.contains(elt)) return;
  const worked = detail.xhr.status < 400 && verb !== "get" && !elt.matches("[role=search]");
  if (worked) for (const said of workspace.querySelectorAll(".said")) said.replaceChildren();
  before = remember(worked ? elt.closest("form") : null);
});
document.addEventListener("htmx:afterOnLoad", () => {
  if (before) restore(before);
  before = null;
});

// One request after the other, so that each carries what the one before it changed; finalizing waits for all of them.
document.addEventListener("htmx:beforeRequest", ({ detail }) => workspace.contains(detail.elt) && busy++);
document.addEventListener("htmx:afterRequest", () => {
  busy = Math.max(busy - 1, 0);
  if (busy || !later) return;
  const name = later;
  later = "";
  document.querySelector(`[data-does="${name}"]`)?.click();
});
document.addEventListener("click", (event) => {
  const control = event.target.closest?.('[data-does="finalize"]');
  if (!control || !busy) return;
  event.preventDefault();
  event.stopPropagation();
  later = "finalize";
}, true);

// A link to a part of the page that is folded away unfolds it.
function unfold() {
  const part = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (part?.matches("details")) part.open = true;
  (part?.matches(".code-row") ? part : part?.querySelector("input, select, textarea, button, a[href]"))?.focus({ preventScroll: true });
}
addEventListener("hashchange", unfold);
