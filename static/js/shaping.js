// While weights are typed: each child's part of its parent, as the server would show it.

const UNKNOWN = "\u2013";

const [decimal, thousands] = document.documentElement.dataset.separators || ".,";

function read(text) {
  const plain = decimal === "," ? text.replaceAll(thousands, "").replace(",", ".") : text;
  return /^\s*\d+(\.\d+)?\s*$/.test(plain) ? Number(plain) : NaN;
}

function percent(part) {
  if (Number.isNaN(part)) return UNKNOWN;
  if (part > 0 && part < 0.01) return "<\u00a01\u00a0%";
  const whole = part > 0.99 && part < 1 ? 99 : Math.round(part * 100);
  return `${whole}\u00a0%`;
}

function counts(row) {
  return "counts" in row.dataset &&
    row.querySelector("select[name$=kind]").value === "contributes" &&
    !row.querySelector("input[name$=unlink]").checked;
}

function showParts(form) {
  const rows = [...form.querySelectorAll("tbody tr")];
  const weights = rows.map((row) => (counts(row) ? read(row.querySelector("input[name$=weight]").value) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  rows.forEach((row, place) => {
    const part = counts(row) && total > 0 ? weights[place] / total : NaN;
    row.querySelector("[data-part]").textContent = percent(part);
  });
}

for (const form of document.querySelectorAll("form[data-weights]")) {
  form.addEventListener("input", () => showParts(form));
}
