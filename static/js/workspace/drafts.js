// What is typed and not sent is kept on the server as it is typed (never in the browser: it names patients), and comes
// back after a reload, a lost session or a conflict.
import { fields, homeless, nameOf, typedFields, workspace } from "./page.js";

const address = workspace.dataset.draft;
const dialog = document.getElementById("signed-out");
const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" });
// A passage that was selected is not typed: its positions tell.
const selected = (field) => Boolean(field.form.elements.start?.value);
const mine = () => typedFields().filter((field) => field.value.trim() && !selected(field));
const typed = () => JSON.stringify(mine().map((field) => [nameOf(field), field.value]));
let kept = "[]";
let timer = 0;

async function keep(leaving = false) {
  clearTimeout(timer);
  const now = typed();
  if (!address || now === kept) return;
  const body = new URLSearchParams({ fields: now, seen: document.getElementById("seen")?.value ?? "" });
  const answer = await fetch(address, { method: "POST", headers: headers(), body, keepalive: leaving, redirect: "manual" }).catch(() => null);
  if (answer?.ok) kept = now;
  else if (answer?.status === 401) ask();
  else if (!answer || answer.status >= 500) timer = setTimeout(keep, 5000);
}
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(keep, 500);
};
workspace.addEventListener("input", soon);
workspace.addEventListener("renewed", soon);
document.addEventListener("visibilitychange", () => document.hidden && keep(true));
addEventListener("pagehide", () => keep(true));

// Back in their places.
function restore(pairs) {
  let back = 0;
  for (const [name, words] of pairs) {
    const field = fields().find((each) => nameOf(each) === name);
    if (field) field.value = words;
    if (field?.value !== words) homeless(words);
    else {
      back += 1;
      field.closest("details:not([data-menu])")?.setAttribute("open", "");
    }
  }
  const note = document.getElementById("kept");
  note.querySelector("[data-kept]").hidden = !back;
  note.hidden = !back && !note.querySelector("[data-homeless]").children.length;
  kept = typed();
}
const left = document.getElementById("draft");
if (left) restore(JSON.parse(left.textContent));

// The session is over while words are not kept: the page stays, and one signs in beside it.
function ask() {
  if (!dialog.open) dialog.showModal();
}
const unkept = () => typed() !== kept;
document.addEventListener("session-ended", (event) => {
  if (!unkept()) return;
  event.preventDefault();
  ask();
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status !== 401 || !unkept()) return;
  event.preventDefault();
  ask();
});

async function again() {
  if (!dialog.open) return;
  const said = dialog.querySelector("[data-signed-out-said]");
  const answer = await fetch(location.href, { headers: { "X-Polling": "1" } }).catch(() => null);
  const body = answer?.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html").body : null;
  if (!body) return (said.textContent = "You are not signed in yet.");
  if (body.dataset.person !== document.body.dataset.person) return (said.textContent = "Somebody else is signed in now. Sign in as yourself to go on.");
  // Signing in made a new token.
  document.body.setAttribute("hx-headers", body.getAttribute("hx-headers"));
  const token = JSON.parse(body.getAttribute("hx-headers"))["x-csrftoken"];
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  dialog.close();
  keep();
}
dialog.querySelector("[data-again]").addEventListener("click", again);
addEventListener("focus", again);
document.addEventListener("visibilitychange", () => !document.hidden && again());
