// Reading is work: keys, pointer and scrolling keep the session alive, one word to the server a minute. A timer alone never does.
const EVERY = 60_000;
const address = document.body.dataset.stillHere;
let input = false;

for (const kind of ["keydown", "pointerdown", "pointermove", "scroll", "wheel"]) {
  document.addEventListener(kind, () => (input = true), { passive: true, capture: true });
}

async function tell() {
  if (!input) return;
  input = false;
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  const answer = await fetch(address, { method: "POST", headers: { ...headers, "HX-Request": "true" }, redirect: "manual" });
  const elsewhere = answer.headers.get("HX-Redirect");
  // A page with typed words that are not kept anywhere stays, and says what to do.
  if (elsewhere && document.dispatchEvent(new CustomEvent("session-ended", { cancelable: true }))) location.assign(elsewhere);
}

if (address) setInterval(() => tell().catch(() => (input = true)), EVERY);
