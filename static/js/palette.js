// Ctrl+K: places and actions of this page by their words, accounts by number. Account numbers travel in bodies only.
import { act, available, said } from "./keys.js";

const dialog = document.getElementById("palette");
const words = dialog?.querySelector("input[name=words]");
const actions = dialog?.querySelector("[data-actions]");
const accounts = dialog?.querySelector("#palette-accounts");
const choices = () => [...dialog.querySelectorAll("li :is(a, button)")].filter((each) => each.checkVisibility());

function draw() {
  const wanted = words.value.trim().toLowerCase();
  const found = available().filter((entry) => entry.does !== "palette" && wanted.split(/\s+/).every((word) => entry.words.toLowerCase().includes(word)));
  actions.replaceChildren(...found.slice(0, 12).map((entry) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: entry.words });
    if (entry.keys) button.append(Object.assign(document.createElement("kbd"), { textContent: said(entry.keys) }));
    button.addEventListener("click", () => {
      dialog.close();
      act(entry);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

if (dialog) {
  for (const opener of document.querySelectorAll('[data-does="palette"]')) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      words.value = "";
      accounts.replaceChildren();
      draw();
      dialog.showModal();
      words.focus();
    });
  }
  words.addEventListener("input", draw);
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [words, ...choices()];
    const at = stops.indexOf(document.activeElement);
    if (step) {
      event.preventDefault();
      stops[(at + step + stops.length) % stops.length].focus();
    } else if (event.key === "Enter" && document.activeElement === words) {
      event.preventDefault();
      // An account that was typed in full is meant; else the first of the list.
      const exact = [...accounts.querySelectorAll("a")].find((link) => link.dataset.number.toLowerCase() === words.value.trim().toLowerCase());
      // Searching by name is what is left when nothing else fits.
      const offered = choices();
      (exact ?? offered.find((each) => !("last" in each.dataset)) ?? offered[0])?.click();
    } else if (event.key.length === 1 && at > 0 && !event.ctrlKey && !event.metaKey) words.focus();
  });
}
