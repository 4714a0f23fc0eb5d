// The tree of the cascade by keyboard: a treegrid on top of a table whose links work by themselves.

const ROW = "tr[data-key]";
const PAGE = 10;
const PAUSE = 600; // after so long without a letter a new name is begun
let at = { key: "", column: -1 }; // the row, and the cell in it, that had the focus
let returns = false; // whether the focus goes back there after a swap
let typed = { text: "", when: 0 };

const rowsOf = (table) => [...table.querySelectorAll(ROW)];
const cellsOf = (row) => [...row.cells].filter((cell) => cell.offsetParent !== null);
const nameOf = (row) => row.querySelector(".text")?.textContent.trim().toLowerCase() ?? "";

function dress(table) {
  table.setAttribute("role", "treegrid");
  table.setAttribute("aria-label", table.closest("section").getAttribute("aria-label"));
  for (const part of table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      cell.setAttribute("role", { col: "columnheader", row: "rowheader" }[cell.scope] ?? "gridcell");
    }
  }
  for (const row of rowsOf(table)) {
    row.setAttribute("aria-level", row.dataset.level);
    row.setAttribute("aria-setsize", row.dataset.size);
    row.setAttribute("aria-posinset", row.dataset.number);
    if (row.dataset.open) row.setAttribute("aria-expanded", row.dataset.open);
    row.setAttribute("aria-selected", String(row.classList.contains("chosen")));
    row.tabIndex = -1;
    for (const cell of row.cells) cell.tabIndex = -1;
    for (const link of row.querySelectorAll("a")) link.tabIndex = -1;
  }
  const rows = rowsOf(table);
  const first = rows.find((row) => row.dataset.key === at.key) ??
    table.querySelector(`${ROW}.chosen`) ?? rows[0];
  if (first) first.tabIndex = 0;
  if (returns && first) focus(first, at.column);
  returns = false;
}

function dressAll() {
  for (const table of document.querySelectorAll("table[data-tree]:not([role])")) dress(table);
}

function focus(row, column = -1) {
  for (const other of rowsOf(row.closest("table"))) other.tabIndex = other === row ? 0 : -1;
  const cells = cellsOf(row);
  at = { key: row.dataset.key, column: Math.min(column, cells.length - 1) };
  (at.column < 0 ? row : cells[at.column]).focus();
}

function follow(link) {
  if (!link) return;
  returns = true;
  link.click();
}

function parentOf(row, rows) {
  const above = row.dataset.key.split("/").slice(0, -1).join("/");
  return rows.find((other) => other.dataset.key === above);
}

// What stands beside a row and is closed opens at once, by one address.
function openBeside(row, rows) {
  const above = (one) => one.dataset.key.split("/").slice(0, -1).join("/");
  const closed = rows.filter((one) => one.dataset.open === "false" && above(one) === above(row));
  if (!closed.length) return;
  const now = row.closest("#cascade").dataset.opened.split(",").filter((code) => code !== "~");
  const codes = new Set(now);
  for (const { dataset } of closed) {
    if (codes.has(dataset.code)) codes.delete(dataset.code);
    else codes.add(dataset.code);
  }
  const link = row.querySelector("a.twist, a[data-name]").cloneNode(true);
  const address = new URL(link.href);
  address.searchParams.set("open", [...codes].join(","));
  link.href = address.href;
  link.hidden = true;
  row.cells[0].append(link);
  window.htmx.process(link);
  follow(link);
}

function findByLetter(letter, row, rows, column) {
  const now = performance.now();
  typed = { text: now - typed.when < PAUSE ? typed.text + letter : letter, when: now };
  const start = rows.indexOf(row) + (typed.text.length > 1 ? 0 : 1);
  const turned = [...rows.slice(start), ...rows.slice(0, start)];
  const found = turned.find((one) => nameOf(one).startsWith(typed.text));
  if (found) focus(found, column);
}

function moved(key, index, count) {
  return {
    ArrowUp: index - 1, ArrowDown: index + 1, PageUp: Math.max(index - PAGE, 0),
    PageDown: Math.min(index + PAGE, count - 1), Home: 0, End: count - 1,
  }[key];
}

const sideways = {
  ArrowRight(row, rows, column) {
    if (column < 0 && row.dataset.open === "false") return follow(row.querySelector("a.twist"));
    return focus(row, column + 1);
  },
  ArrowLeft(row, rows, column) {
    if (column >= 0) return focus(row, column - 1);
    if (row.dataset.open === "true") return follow(row.querySelector("a.twist"));
    const parent = parentOf(row, rows);
    return parent && focus(parent);
  },
  Enter(row, rows, column) {
    const link = column < 0 ? null : cellsOf(row)[column].querySelector("a[data-name], a");
    follow(link ?? row.querySelector("a[data-name]") ?? row.querySelector("a.twist"));
  },
  Escape(row) { focus(row); },
  "*"(row, rows) { openBeside(row, rows); },
};

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.(`table[data-tree] ${ROW}`);
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = rowsOf(row.closest("table"));
  const cell = event.target.closest("td, th");
  const column = cell ? cellsOf(row).indexOf(cell) : -1;
  const index = moved(event.key, rows.indexOf(row), rows.length);
  if (index !== undefined) {
    if (rows[index]) focus(rows[index], column);
  } else if (sideways[event.key]) {
    sideways[event.key](row, rows, column);
  } else if (/^[\p{L}\p{N}]$/u.test(event.key)) {
    findByLetter(event.key.toLowerCase(), row, rows, column);
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(`table[data-tree] ${ROW}`);
  if (row) at = { key: row.dataset.key, column: at.key === row.dataset.key ? at.column : -1 };
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("table[data-tree] a");
  if (!link) return;
  at = { key: link.closest(ROW).dataset.key, column: -1 };
  returns = true;
});

// What is open and chosen stays so when scores swap themselves in, or another period is chosen.
document.addEventListener("htmx:configRequest", (event) => {
  const here = new URLSearchParams(window.location.search);
  if (event.detail.elt.id === "scores") {
    event.detail.path = window.location.pathname + window.location.search;
  } else if (event.detail.elt.matches("form[data-answers-at-once]")) {
    for (const name of ["open", "node", "find"]) {
      if (here.get(name)) event.detail.parameters[name] = here.get(name);
      else delete event.detail.parameters[name];
    }
  }
});
document.addEventListener("htmx:afterSettle", dressAll);
document.addEventListener("htmx:historyRestore", dressAll);
dressAll();
