// Passages: selecting one, linking it to a code, and going between a code and its passage.
import { workspace } from "./page.js";

const points = (text) => [...text].length;
const text = () => document.getElementById("text");

// Positions count Unicode code points in the document's text, so that they mean the same on the server.
function passage() {
  const selection = getSelection();
  const whole = text();
  if (!whole || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!whole.contains(range.startContainer) || !whole.contains(range.endContainer)) return null;
  const before = range.cloneRange();
  before.selectNodeContents(whole);
  before.setEnd(range.startContainer, range.startOffset);
  const quote = range.toString();
  const start = points(before.toString());
  return quote.trim() ? { quote, start, end: start + points(quote), range } : null;
}

// The other way: a range of the page from code points.
export function rangeOf(start, end) {
  const walker = document.createTreeWalker(text(), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let at = 0;
  let begun = false;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const letters = [...node.data];
    const offset = (place) => letters.slice(0, place - at).join("").length;
    if (!begun && start < at + letters.length) {
      range.setStart(node, offset(start));
      begun = true;
    }
    if (begun && end <= at + letters.length) {
      range.setEnd(node, offset(end));
      return range;
    }
    at += letters.length;
  }
  return null;
}

export function show(range) {
  const reading = document.getElementById("reading");
  const place = range.getBoundingClientRect();
  const frame = reading.getBoundingClientRect();
  if (place.top < frame.top || place.bottom > frame.bottom) reading.scrollTop += place.top - frame.top - frame.height / 3;
}

export function select(range) {
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  show(range);
}

function fill(found) {
  const form = document.getElementById("link-form");
  if (!form || !found) return;
  form.quote.value = found.quote;
  form.start.value = found.start;
  form.end.value = found.end;
}

// Edited words are no longer the selection: the server looks for them.
workspace.addEventListener("input", ({ target }) => {
  if (target.id !== "quote") return;
  target.form.start.value = "";
  target.form.end.value = "";
});

// The bar beside a selection, and its list of codes.
const bar = document.getElementById("link-bar");
const list = bar?.querySelector("ul");
const opener = bar?.querySelector("[data-opens-codes]");
let held = null;

function place(range) {
  const at = [...range.getClientRects()].at(-1) ?? range.getBoundingClientRect();
  bar.hidden = false;
  bar.style.left = `${Math.max(8, Math.min(at.left, innerWidth - bar.offsetWidth - 8))}px`;
  // Below the words, above them where it would lie over the form under the text.
  const below = at.bottom + 6;
  const end = list.hidden ? document.getElementById("reading").getBoundingClientRect().bottom : innerHeight;
  bar.style.top = `${below + bar.offsetHeight > end ? Math.max(8, at.top - bar.offsetHeight - 6) : below}px`;
}

function close() {
  if (!bar) return;
  bar.hidden = true;
  list.hidden = true;
  opener.setAttribute("aria-expanded", "false");
}

function entry(option) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.code = option.value;
  button.textContent = option.textContent.trim();
  const row = document.getElementById(option.value);
  if (row && !row.querySelector(".passage")) button.append(Object.assign(document.createElement("span"), { className: "chip", textContent: "no evidence yet" }));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function openCodes() {
  const options = [...(document.getElementById("link-code")?.options ?? [])].filter((option) => option.value);
  if (!held || !options.length) return;
  list.replaceChildren(...options.map(entry));
  list.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  place(held.range);
  (list.querySelector("button:has(.chip)") ?? list.querySelector("button")).focus();
}

function linkTo(code) {
  const form = document.getElementById("link-form");
  fill(held);
  form.code.value = code;
  close();
  form.querySelector("button[value=link]").click();
  document.getElementById("reading").focus({ preventScroll: true });
}

document.addEventListener("selectionchange", () => {
  if (bar?.contains(document.activeElement)) return;
  const found = passage();
  fill(found);
  if (!document.getElementById("link-form")) return;
  held = found;
  found ? place(found.range) : close();
});

if (bar) {
  // A press on the bar leaves the selection as it is.
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  opener.addEventListener("click", openCodes);
  list.addEventListener("click", (event) => {
    const code = event.target.closest("[data-code]")?.dataset.code;
    if (code) linkTo(code);
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const start = buttons.find((button) => button.textContent.toLowerCase().startsWith(event.key.toLowerCase()) && button !== document.activeElement);
    if (step) buttons[(at + step + buttons.length) % buttons.length]?.focus();
    else if (event.key === "Escape") {
      close();
      document.getElementById("reading").focus({ preventScroll: true });
    } else if (event.key.length === 1 && start) start.focus();
    else return;
    event.preventDefault();
  });
  document.getElementById("reading")?.addEventListener("scroll", close, { passive: true });
}

// From a code to its passage, and from the passage back to the code.
let wanted = "";
workspace.addEventListener("click", (event) => {
  wanted = event.target.closest("[data-passage]")?.dataset.passage ?? wanted;
});
workspace.addEventListener("renewed", () => {
  const mark = wanted && text()?.querySelector(`mark a[href="#${CSS.escape(wanted)}"]`);
  wanted = "";
  if (!mark) return;
  mark.scrollIntoView({ block: "center" });
  mark.focus({ preventScroll: true });
});
