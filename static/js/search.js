// Search from any page: Ctrl+K opens it, arrows choose, Enter goes there, Escape closes.

const dialog = document.getElementById("search");

function open() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("input").select();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (!dialog) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens-search]");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});

dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});
dialog?.addEventListener("keydown", (event) => {
  const links = [...dialog.querySelectorAll(".found a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && links.length) {
    links[Math.min(at + 1, links.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (links[at - 1] ?? dialog.querySelector("input")).focus();
  } else if (event.key === "Enter" && event.target.matches("input") && links.length) {
    links[0].click();
  } else if (event.key === "Escape") {
    dialog.close(); // by itself a search field would only be emptied
  } else {
    return;
  }
  event.preventDefault();
});
