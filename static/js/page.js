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

// A form is sent once, however often its button is pressed: the second answer would say that
// nothing has changed. Should the first get lost, it can be sent again after a while.
const PATIENCE = 3000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if ("isSent" in form.dataset) event.preventDefault();
  form.dataset.isSent = "";
  setTimeout(() => delete form.dataset.isSent, PATIENCE);
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

// T opens and closes the table of the chart that has the focus.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea")) return;
  const table = event.target.closest("figure")?.querySelector("details[data-table]");
  if (table) table.open = !table.open;
});

// How fresh the scores are: asked often while something is being calculated, and only of a page
// that somebody sees.
const OFTEN = 400;
const SELDOM = 1000;
let asked = 0;

function askForFreshness() {
  const line = document.getElementById("freshness");
  if (!line || document.hidden) return;
  const now = performance.now();
  if (now - asked < ("outstanding" in line.dataset ? OFTEN : SELDOM)) return;
  asked = now;
  window.htmx.trigger(line, "check-freshness");
}
setInterval(askForFreshness, OFTEN / 2);
document.addEventListener("visibilitychange", askForFreshness);

// A session that has ended says so where the page says how fresh it is; what is typed stays.
document.addEventListener("htmx:responseError", (event) => {
  const line = document.getElementById("freshness");
  if (event.detail.xhr.status !== 401 || !line) return;
  line.innerHTML = event.detail.xhr.responseText;
  line.removeAttribute("id"); // nothing more is asked
});

// Scores that swap themselves in keep focus, place and opened tables as they were.
let kept;

function placeOf(element, region) {
  if (!element || !region.contains(element) || element.id) return undefined;
  const alike = (one) => one.tagName === element.tagName &&
    one.getAttribute("href") === element.getAttribute("href") &&
    one.getAttribute("aria-label") === element.getAttribute("aria-label");
  return [...region.querySelectorAll(element.tagName)].filter(alike).indexOf(element);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (region?.id !== "scores") return;
  const focused = document.activeElement;
  kept = {
    open: [...region.querySelectorAll("figure[id] details[open]")].map((one) => one.closest("figure").id),
    place: placeOf(focused, region),
    top: window.scrollY,
    tag: focused?.tagName,
    href: focused?.getAttribute("href"),
    label: focused?.getAttribute("aria-label"),
  };
});

document.addEventListener("htmx:afterSwap", (event) => {
  const region = event.detail.target;
  if (region?.id !== "scores" || !kept) return;
  for (const id of kept.open) {
    const table = document.getElementById(id)?.querySelector("details");
    if (table) table.open = true;
  }
  if (kept.place !== undefined) {
    const alike = [...region.querySelectorAll(kept.tag)].filter((one) =>
      one.getAttribute("href") === kept.href && one.getAttribute("aria-label") === kept.label);
    alike[kept.place]?.focus({ preventScroll: true });
  }
  window.scrollTo({ top: kept.top, behavior: "instant" });
  kept = undefined;
  document.getElementById("announcer").textContent = "New scores are shown.";
});
