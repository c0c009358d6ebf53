// Messages: dismissed by hand, or by themselves unless they tell of an error; and words for requests that failed.
const live = document.getElementById("live");

function settle(toast) {
  if (toast.dataset.timed) return;
  toast.dataset.timed = "1";
  if (!toast.classList.contains("error")) setTimeout(() => toast.remove(), 8000);
}

function say(words) {
  const toast = document.createElement("div");
  toast.className = "toast error";
  toast.dataset.toast = "";
  const text = document.createElement("p");
  text.textContent = words;
  const dismiss = document.createElement("button");
  dismiss.className = "button quiet small";
  dismiss.type = "button";
  dismiss.dataset.dismiss = "";
  dismiss.textContent = "Dismiss";
  toast.append(text, dismiss);
  live.append(toast);
}

live.querySelectorAll("[data-toast]").forEach(settle);
document.addEventListener("htmx:oobAfterSwap", () => live.querySelectorAll("[data-toast]").forEach(settle));
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove());
document.addEventListener("htmx:sendError", () => say("The server could not be reached. Nothing was changed; try again."));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say("The server could not finish this. Try again; if it stays, tell your administrator.");
});
