// One map of keys. A key acts on the first visible element that carries its data-does name: links and buttons are
// clicked, inputs are focused. A page gets a key by putting the name on its own control; nothing else is wired.
// The standard keys are also in staff/keys.py, where people change theirs; a test keeps both equal.
const STANDARD = [
  { keys: "g w", does: "go-work", words: "Go to My work" },
  { keys: "g r", does: "go-board", words: "Go to Release board" },
  { keys: "g q", does: "go-queries", words: "Go to Queries" },
  { keys: "g c", does: "go-claims", words: "Go to Claims" },
  { keys: "g l", does: "go-rules", words: "Go to Rules" },
  { keys: "g s", does: "go-search", words: "Find an account by number or name" },
  { keys: "g u", does: "go-queues", words: "Go to Queues" },
  { keys: "g i", does: "go-imports", words: "Go to Imports" },
  { keys: "g f", does: "go-feeds", words: "Go to Feeds" },
  { keys: "g k", does: "go-parked", words: "Go to Parked work" },
  { keys: "g o", does: "go-process", words: "Go to Process" },
  { keys: "g a", does: "go-status", words: "Go to Status" },
  { keys: "g e", does: "go-looks", words: "Go to Access: who looked" },
  { keys: "g p", does: "go-people", words: "Go to People" },
  { keys: "g t", does: "go-tables", words: "Go to Code tables" },
  { keys: "n", does: "get-next", words: "Get next account" },
  { keys: "j", does: "next-page", words: "Next page of the list" },
  { keys: "k", does: "first-page", words: "Back to the start of the list" },
  { keys: "/", does: "find", words: "Find on this page" },
  { keys: "/", does: "go-search", name: "find-account", words: "Find an account" },
  { keys: "d", does: "add-diagnosis", words: "Add a diagnosis" },
  { keys: "o", does: "take-over-all", words: "Take over all codes that were proposed" },
  { keys: "v", does: "see-proposal", words: "Codes that were proposed" },
  { keys: "p", does: "add-procedure", words: "Add a procedure" },
  { keys: "e", does: "link-evidence", words: "Link the selected text as evidence" },
  { keys: "q", does: "query", words: "Query the provider" },
  { keys: "h", does: "hold", words: "Place a hold" },
  { keys: "a", does: "approve", words: "Approve" },
  { keys: "c", does: "see-poa", words: "POA of the first code without one" },
  { keys: "b", does: "abstract", words: "Claim elements by the record" },
  { keys: "f", does: "claim-codes", words: "Codes of the claim form" },
  { keys: "t", does: "take", words: "Take this account" },
  { keys: "1", does: "see-record", words: "Record" },
  { keys: "2", does: "see-codes", words: "Codes" },
  { keys: "3", does: "see-gate", words: "Gate" },
  { keys: "Ctrl+Enter", does: "finalize", words: "Finalize and get next" },
  { keys: "Ctrl+k", does: "palette", words: "Go to a place, an action or an account by number" },
  { keys: "?", does: "show-keys", words: "Show these keys" },
];

// What the person changed, by the action's name; empty is no key.
const OWN = JSON.parse(document.body.dataset.keys || "{}");
const own = (entry) => ({ ...entry, keys: OWN[entry.name ?? entry.does] ?? entry.keys });
export const KEYS = STANDARD.map(own);

// Keys that act only where the focus is; the parts themselves listen. Listed while the part is on the page.
const HERE = [
  { keys: "e", at: "#link-form", does: "link-evidence", words: "With words of a document selected: link them as evidence" },
  { keys: "y n u w", at: "#diagnosis-lists .poa select", words: "In the POA cell: set it and go on" },
  { keys: "Backspace", at: "#diagnosis-lists .poa select", words: "In the POA cell: leave it blank (exempt code)" },
  { keys: "Alt+↑ Alt+↓", at: "#diagnosis-lists .code-row", words: "On a code: move it up or down" },
  { keys: "Delete", at: ".code-row [data-menu]", words: "On a code: remove it, with a reason" },
  { keys: "↓ ↑", at: "form.add", words: "From typed words to the codes that fit" },
  { keys: "Enter Shift+Enter", at: "#find", words: "After finding: next and previous place" },
].map((entry) => (entry.does ? own(entry) : entry));

const dialog = document.getElementById("keys");
const single = document.getElementById("keys-single");
let started = "";
let timer = 0;

export const control = (name) =>
  [...document.querySelectorAll(`[data-does="${name}"]`)].find((element) => element.checkVisibility());

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog, [data-own-keys]");

const singleKeys = () => document.body.dataset.singleKeys !== "off";

function pressed(event) {
  return event.ctrlKey || event.metaKey ? `Ctrl+${event.key.length === 1 ? event.key.toLowerCase() : event.key}` : event.key;
}

export function act(entry) {
  if (entry.does === "show-keys") return show();
  const element = control(entry.does);
  if (!element) return;
  if (element.matches("summary")) return unfold(element.parentElement);
  element.matches("input:not([type=checkbox]), textarea, select") ? element.focus() : element.click();
}

// A folded form is opened at its first field.
function unfold(part) {
  part.open = true;
  part.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

// Of the actions that share a key, the first that the page offers.
function meant(keys) {
  const entries = KEYS.filter((each) => each.keys === keys);
  return entries.find((each) => control(each.does)) ?? entries[0];
}

function listen(event) {
  const key = pressed(event);
  // Not typed into a field, so they act from there as well.
  const chorded = key.startsWith("Ctrl+") || (/^F\d+$/.test(key) && !event.target.closest?.("dialog"));
  if (event.altKey || event.defaultPrevented || (!chorded && (typing(event.target) || !singleKeys()))) return;
  const sequence = started ? `${started} ${key}` : key;
  const entry = meant(sequence) ?? meant(key);
  clearTimeout(timer);
  started = "";
  if (entry && (entry.does === "show-keys" || control(entry.does))) {
    event.preventDefault();
    return act(entry);
  }
  if (KEYS.some((each) => each.keys.startsWith(`${key} `))) {
    started = key;
    timer = setTimeout(() => (started = ""), 1200);
  }
}

// A key as people read it.
export const said = (keys) => (/^Ctrl\+.$/.test(keys) ? `Ctrl+${keys.at(-1).toUpperCase()}` : keys);

function line({ keys, words }) {
  const term = document.createElement("dt");
  for (const part of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = said(part);
    term.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  return [term, meaning];
}

export const available = () => KEYS.filter((entry) => entry.does === "show-keys" || (control(entry.does) && (!entry.keys || meant(entry.keys) === entry)));

function show() {
  const here = HERE.filter((entry) => document.querySelector(entry.at) && !control(entry.does));
  document.getElementById("keys-list").replaceChildren(...[...available(), ...here].filter((entry) => entry.keys).flatMap(line));
  single.checked = singleKeys();
  dialog.showModal();
}

document.addEventListener("keydown", listen);
for (const button of document.querySelectorAll('[data-does="show-keys"]')) {
  button.hidden = false;
  button.addEventListener("click", show);
}

// The choice is the person's, on every computer: the server keeps it.
single.addEventListener("change", async () => {
  const on = single.checked;
  const answer = await fetch(dialog.dataset.keep, {
    method: "POST",
    headers: { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" },
    body: new URLSearchParams(on ? { on: "1" } : {}),
    redirect: "manual",
  }).catch(() => null);
  if (answer?.ok) document.body.dataset.singleKeys = on ? "on" : "off";
  else single.checked = !on;
});
