// Keeps what is typed into forms with data-keeps-typed in this tab until it is saved, and offers it
// back: after a sign-in that came between, or to whoever left the page. The store is per person and
// address; nobody else's is ever read, and it ends with a sign-out.

const PREFIX = "typed:";
const TEXT = "input[type=text], textarea";
const person = document.documentElement.dataset.person;
const forms = person ? [...document.querySelectorAll("form[data-keeps-typed]")] : [];
const storeOf = (form) => `${PREFIX}${person}:${form.getAttribute("action")}`;

function stores() {
  try {
    return Object.keys(sessionStorage).filter((store) => store.startsWith(PREFIX));
  } catch {
    return []; // a browser that keeps nothing: the forms work all the same
  }
}

function read(store) {
  try {
    return JSON.parse(sessionStorage.getItem(store)) ?? {};
  } catch {
    return {};
  }
}

function write(store, typed) {
  try {
    if (Object.keys(typed).length) sessionStorage.setItem(store, JSON.stringify(typed));
    else sessionStorage.removeItem(store);
  } catch {
    // as above
  }
}

const forget = (wanted) => stores().filter(wanted).forEach((store) => write(store, {}));

// The revision that the figure was typed over: with it a change made meanwhile is told, not lost.
function seenOf(field) {
  const name = field.name.replace(/-(figure|comment|why)$/, "-seen");
  return name === field.name ? undefined : field.form.elements[name];
}

function keep(field) {
  const store = storeOf(field.form);
  const entry = { value: field.value, seen: seenOf(field)?.value, name: field.getAttribute("aria-label") };
  write(store, { ...read(store), [field.id]: entry });
}

function put(field, entry) {
  const seen = seenOf(field);
  if (seen) seen.value = entry.seen ?? seen.value;
  field.value = entry.value;
  field.closest("details")?.setAttribute("open", "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Which of the kept fields the page shows with other words than were typed, and which it has no more.
function settle(store) {
  const isSaved = document.querySelector("main > .notice.success") !== null;
  const isRefused = document.querySelector("main > .summary") !== null; // which tells what was typed
  const typed = read(store);
  const differing = [];
  const gone = [];
  for (const [id, entry] of Object.entries(typed)) {
    const field = document.getElementById(id);
    const differs = field && field.value !== entry.value;
    if (isSaved && entry.sent) {
      delete typed[id];
      continue;
    }
    if (differs) differing.push([field, entry]);
    if (!field && entry.name && entry.value && !isRefused) gone.push(entry);
    if (!field) delete typed[id]; // told once, as it can be put nowhere any more
    else Object.assign(entry, { sent: false, seen: differs ? entry.seen : seenOf(field)?.value });
  }
  write(store, typed);
  return { differing, gone };
}

function tell(words, discarded) {
  const note = document.createElement("div");
  note.className = "notice typed";
  note.setAttribute("role", "status");
  document.querySelector("main").prepend(note);
  note.append(words);
  if (!discarded) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn small", textContent: "Discard" });
  button.addEventListener("click", discarded);
  note.append(" ", button);
}

function giveBack(store, what) {
  const { differing, gone } = settle(store);
  for (const entry of gone) tell(`No longer to be saved here: ${entry.name}, you typed ${entry.value}`);
  if (!differing.length) return;
  for (const [field, entry] of differing) put(field, entry);
  const cells = new Set(differing.map(([field]) => field.id.replace(/-(figure|comment|why)$/, "")));
  const they = cells.size === 1 ? `1 ${what} you typed before is` : `${cells.size} ${what}s you typed before are`;
  tell(`${they} back; not saved yet.`, () => {
    forget((one) => one === store);
    window.dispatchEvent(new Event("typed-discarded"));
    location.replace(store.slice(`${PREFIX}${person}:`.length));
  });
}

forget((store) => person && !store.startsWith(`${PREFIX}${person}:`));
if (!person && stores().length) {
  tell("What you typed is kept in this tab, and comes back once you sign in.");
}
// The page itself too: once its last figure is returned, it has no form any more.
const here = `${PREFIX}${person}:${location.pathname}${location.search}`;
const kept = new Map([[here, ""], ...forms.map((form) => [storeOf(form), form.dataset.keepsTyped])]);
for (const [store, what] of kept) giveBack(store, what);

let leaves = false;
document.addEventListener("input", ({ target }) => {
  leaves = false;
  if (forms.includes(target.form) && target.matches(TEXT)) keep(target);
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-signs-out]")) leaves = true;
  if (!forms.includes(target)) return;
  const typed = read(storeOf(target));
  for (const [id, entry] of Object.entries(typed)) entry.sent ||= target.contains(document.getElementById(id));
  write(storeOf(target), typed);
});
window.addEventListener("pagehide", () => {
  if (leaves) forget(() => true);
});
