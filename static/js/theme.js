// Light, dark or as the computer: a cookie, so that the server writes it into the page and nothing flashes.
function use(theme) {
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`;
  theme ? document.documentElement.setAttribute("data-theme", theme) : document.documentElement.removeAttribute("data-theme");
}

for (const button of document.querySelectorAll("[data-theme-to]")) {
  button.hidden = false;
  button.addEventListener("click", () => use(button.dataset.themeTo));
}

// A menu closes on Escape and on a click elsewhere.
const close = (menu) => menu.removeAttribute("open");
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) close(menu);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    close(menu);
    menu.querySelector("summary").focus();
  }
});
