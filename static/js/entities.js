// The picker for many entities: choosing from the list goes there, and a click selects the text.

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[data-entity]")) event.target.select();
});

// A choice from the list arrives whole; what is typed arrives letter by letter and waits for Enter.
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches("input[data-entity]")) return;
  if (event.inputType && event.inputType !== "insertReplacementText") return;
  const options = [...(field.list?.options ?? [])];
  if (options.some((one) => one.value === field.value)) field.form.requestSubmit();
});
