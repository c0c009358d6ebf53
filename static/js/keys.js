// One map of keys. A key acts on the first visible element that carries its data-does name: links and buttons are
// clicked, inputs are focused. A page gets a key by putting the name on its own control; nothing else is wired.
const KEYS = [
  { keys: "g w", does: "go-work", words: "Go to My work" },
  { keys: "g r", does: "go-board", words: "Go to Release board" },
  { keys: "g q", does: "go-queries", words: "Go to Queries" },
  { keys: "g c", does: "go-claims", words: "Go to Claims" },
  { keys: "g l", does: "go-rules", words: "Go to Rules" },
  { keys: "g i", does: "go-imports", words: "Go to Imports" },
  { keys: "g k", does: "go-parked", words: "Go to Parked work" },
  { keys: "g p", does: "go-people", words: "Go to People" },
  { keys: "g t", does: "go-tables", words: "Go to Code tables" },
  { keys: "n", does: "get-next", words: "Get next account" },
  { keys: "j", does: "next-page", words: "Next page of the list" },
  { keys: "k", does: "first-page", words: "Back to the start of the list" },
  { keys: "/", does: "find", words: "Find on this page" },
  { keys: "d", does: "add-diagnosis", words: "Add a diagnosis" },
  { keys: "p", does: "add-procedure", words: "Add a procedure" },
  { keys: "e", does: "link-evidence", words: "Link the selected text as evidence" },
  { keys: "q", does: "query", words: "Query the provider" },
  { keys: "h", does: "hold", words: "Place a hold" },
  { keys: "a", does: "approve", words: "Approve" },
  { keys: "1", does: "see-record", words: "Record" },
  { keys: "2", does: "see-codes", words: "Codes" },
  { keys: "3", does: "see-gate", words: "Gate" },
  { keys: "Ctrl+Enter", does: "finalize", words: "Finalize and get next" },
  { keys: "?", does: "show-keys", words: "Show these keys" },
];

const dialog = document.getElementById("keys");
const single = document.getElementById("keys-single");
let started = "";
let timer = 0;

const control = (name) =>
  [...document.querySelectorAll(`[data-does="${name}"]`)].find((element) => element.checkVisibility());

const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog, [data-own-keys]") !== null;

const singleKeys = () => !document.cookie.includes("single_keys=off");

function pressed(event) {
  const chord = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  return chord + event.key;
}

function act(entry) {
  if (entry.does === "show-keys") return show();
  const element = control(entry.does);
  if (!element) return;
  element.matches("input:not([type=checkbox]), textarea, select") ? element.focus() : element.click();
}

function listen(event) {
  const key = pressed(event);
  const chorded = key.startsWith("Ctrl+");
  if (event.altKey || (!chorded && (typing(event.target) || !singleKeys()))) return;
  const sequence = started ? `${started} ${key}` : key;
  const entry = KEYS.find((each) => each.keys === sequence) ?? KEYS.find((each) => each.keys === key);
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

function line({ keys, words }) {
  const term = document.createElement("dt");
  for (const part of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = part;
    term.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  return [term, meaning];
}

function show() {
  const here = KEYS.filter((entry) => entry.does === "show-keys" || control(entry.does));
  document.getElementById("keys-list").replaceChildren(...here.flatMap(line));
  single.checked = singleKeys();
  dialog.showModal();
}

document.addEventListener("keydown", listen);
for (const button of document.querySelectorAll('[data-does="show-keys"]')) {
  button.hidden = false;
  button.addEventListener("click", show);
}
single.addEventListener("change", () => {
  document.cookie = `single_keys=${single.checked ? "on" : "off"}; path=/; max-age=31536000; samesite=lax`;
});
