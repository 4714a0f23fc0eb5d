// Makes the entry sheet quicker to type into. Without it the sheet works all the same.

const form = document.querySelector("[data-entry]");

function reasonRow(input) {
  return form.querySelector(`[data-reason-for="${CSS.escape(input.name)}"]`);
}

// A counted figure that changes asks why at once, not only after it was sent.
function askWhy(input) {
  const row = reasonRow(input);
  if (!row || input.dataset.counted === undefined) return;
  const field = row.querySelector("input[type=text]");
  const changes = input.value.trim() !== input.dataset.counted;
  row.hidden = !changes && field.value.trim() === "";
}

function step(input, distance) {
  const inputs = [...form.querySelectorAll("input.figure")];
  const next = inputs[inputs.indexOf(input) + distance];
  if (next) {
    next.focus();
    next.select();
  }
}

if (form) {
  let changed = false;
  form.addEventListener("input", (event) => {
    changed = true;
    if (event.target.matches("input.figure")) askWhy(event.target);
  });
  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("input.figure")) return;
    const distance = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (distance === undefined) return;
    event.preventDefault();
    step(event.target, distance);
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  // What was typed and not saved is not lost without a question.
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  window.addEventListener("typed-discarded", () => {
    changed = false;
  });
  form.querySelectorAll("input.figure").forEach(askWhy);
}
