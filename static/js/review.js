// Ticks all figures of the page at once, and says how many are ticked. Without it each has its box.

const all = document.querySelector("[data-tick-all]");
const told = document.querySelector("[data-ticked]");
const boxes = [...document.querySelectorAll('input[name="figure"]')];

function tell() {
  const count = boxes.filter((box) => box.checked).length;
  all.checked = count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
  if (told) told.textContent = `${count} of ${boxes.length} selected`;
}

if (all) {
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  if (boxes.some((box) => box.checked)) tell();
}
