// Search from any page: Ctrl+K opens it, arrows choose, Enter goes there, Escape closes.
// Its parts are looked up each time: a page that swaps itself in place brings others.

const dialogOf = () => document.getElementById("search");
const fieldOf = () => document.getElementById("search-field");

function open() {
  const dialog = dialogOf();
  if (!dialog || dialog.open) return;
  dialog.showModal();
  fieldOf().focus();
  fieldOf().select();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (!dialogOf()) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  const dialog = dialogOf();
  if (dialog && event.target === dialog) dialog.close(); // beside it
  const link = event.target.closest("a[data-opens-search]");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});

document.addEventListener("keydown", (event) => {
  const dialog = dialogOf();
  if (!dialog?.contains(event.target)) return;
  const links = [...dialog.querySelectorAll(".found a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && links.length) {
    links[Math.min(at + 1, links.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (links[at - 1] ?? fieldOf()).focus();
  } else if (event.key === "Enter" && event.target === fieldOf() && links.length) {
    links[0].click();
  } else if (event.key === "Escape") {
    dialog.close(); // by itself a search field would only be emptied
  } else {
    return;
  }
  event.preventDefault();
});
