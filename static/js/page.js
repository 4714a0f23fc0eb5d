// What every page does when scripts run: pickers answer at once, menus close, T opens a table.

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-answers-at-once]");
  if (form) form.requestSubmit();
});

// Empty choices are the defaults, and defaults stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("form[data-answers-at-once]")) return;
  const parameters = event.detail.parameters;
  for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll(".nav details[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest(".nav details[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
