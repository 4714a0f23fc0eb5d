// Draws Plotly figures in the colours and type of the stylesheet: figures carry roles, not looks.

const NARROW = 480;
const NEAR = "300px";
const GAP = 16;
const THICK = 26;
const TWO_LINES = 34;
const TICK = 60; // what a period below an axis needs of its width
const ROOM = 1.3; // how much longer than elsewhere the axis of bars is on a phone, for their labels
const drawn = new Set();
let library;

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function looks() {
  const names = ["ink", "ink-2", "ink-3", "grid", "line-strong", "surface", "actual", "prior",
    "target", "forecast", "good", "good-soft", "bad", "font"];
  return Object.fromEntries(names.map((name) => [name, token(name)]));
}

function lineStyle(trace, look) {
  const role = trace.meta?.role;
  const styles = {
    actual: { line: { color: look.actual, width: 2.25 }, marker: { color: look.actual, size: 4 } },
    prior: { line: { color: look.prior, width: 1.5 } },
    target: { line: { color: look.target, width: 1.25 } },
    interval: { line: { width: 0 }, fillcolor: look["good-soft"] },
    forecast: { line: { color: look.forecast, width: 2, dash: "dot" } },
    good: { line: { color: look.good } },
    bad: { line: { color: look.bad } },
  };
  return { ...trace, ...styles[role], connectgaps: false };
}

// A bar is as thick as a line of text needs, however few there are.
function barStyle(trace, look, height) {
  const role = trace.meta?.role;
  const outer = Math.min(0.62, (THICK * trace.y.length) / height);
  const outlined = { color: look.surface, line: { color: look.target, width: 1.25 } };
  const fill = { actual: look.actual, prior: look.prior, good: look.good, bad: look.bad }[role];
  const marker = role === "target" ? outlined : { color: fill ?? look.forecast };
  return { ...trace, marker, width: role === "target" ? outer : outer * 0.6, textfont: { color: look.ink } };
}

function styledTraces(figure, look, height) {
  return figure.data.map((trace) =>
    trace.type === "bar" ? barStyle(trace, look, height) : lineStyle(trace, look));
}

function axis(own, look, { ticks, vertical }) {
  return {
    automargin: true,
    fixedrange: true,
    zeroline: false,
    showline: own.showticklabels !== false && !vertical,
    showgrid: vertical,
    gridcolor: look.grid,
    linecolor: look["line-strong"],
    tickfont: { color: look["ink-3"], size: 12 },
    nticks: ticks,
    tickangle: 0,
    tickformat: vertical ? "," : undefined,
    ...own,
  };
}

// Labels at the ends of lines keep a line's height between them, in the order of their lines.
function labels(figure, look, range, height) {
  const colours = { actual: look.ink, prior: look["ink-3"], target: look["ink-2"] };
  const found = (figure.layout.annotations ?? []).map((label) => ({
    ...label,
    font: { color: colours[label.name] ?? look["ink-2"], size: 12 },
  }));
  if (!range) return found;
  const pixel = (value) => ((value - range[0]) / (range[1] - range[0])) * height;
  let last = -Infinity;
  for (const label of found.sort((one, other) => one.y - other.y)) {
    const at = pixel(label.y);
    const moved = Math.max(at, last + GAP);
    label.yshift = moved - at;
    last = moved;
  }
  return found;
}

function rangeOf(figure) {
  if (figure.layout.yaxis?.range) return figure.layout.yaxis.range;
  const values = figure.data.filter((trace) => trace.type === "scatter")
    .flatMap((trace) => trace.y).filter((value) => value !== null);
  if (!values.length) return undefined;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - margin, high + margin];
}

// Where a chart is narrow, long names take two lines if there is room, or end early.
function shortened(name, narrow, room) {
  if (!narrow || name.length < 16) return name;
  if (room < TWO_LINES) return `${name.slice(0, 15).trimEnd()}…`;
  const words = name.split(" ");
  const half = Math.ceil(words.length / 2);
  return `${words.slice(0, half).join(" ")}<br>${words.slice(half).join(" ")}`;
}

function names(figure, narrow, height) {
  const bars = figure.data.find((trace) => trace.type === "bar");
  if (!bars) return {};
  return {
    tickvals: bars.y,
    ticktext: bars.y.map((name) => shortened(name, narrow, height / bars.y.length)),
  };
}

function roomy(own, isTight) {
  return isTight && own.range ? { ...own, range: [own.range[0], own.range[1] * ROOM] } : own;
}

function layoutOf(figure, look, frame) {
  const narrow = frame.clientWidth < NARROW;
  const bars = figure.data.some((trace) => trace.type === "bar");
  const range = bars ? undefined : rangeOf(figure);
  const height = frame.clientHeight;
  const found = labels(figure, look, range, height - 44);
  const longest = Math.max(0, ...found.map((label) => label.text.length));
  const right = bars ? 8 : 24 + longest * 7;
  const ticks = Math.max(2, Math.min(8, Math.floor((frame.clientWidth - right - 48) / TICK)));
  return {
    ...figure.layout,
    autosize: true,
    separators: document.documentElement.dataset.separators,
    font: { family: look.font, size: 12, color: look["ink-2"] },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    margin: { l: 8, r: right, t: 12, b: 28 },
    hovermode: bars ? "closest" : "x unified",
    hoverlabel: { bgcolor: look.surface, bordercolor: look["line-strong"], font: { color: look.ink } },
    xaxis: axis(roomy(figure.layout.xaxis ?? {}, bars && narrow), look, { ticks, vertical: false }),
    yaxis: axis(
      { ...(figure.layout.yaxis ?? {}), ...(range ? { range } : {}), ...names(figure, narrow, height) },
      look, { ticks: 6, vertical: !bars }),
    annotations: found,
    dragmode: false,
  };
}

const CONFIG = {
  displaylogo: false,
  responsive: true,
  scrollZoom: false,
  doubleClick: false,
  displayModeBar: "hover",
  modeBarButtons: [["toImage"]],
};

function figureOf(frame) {
  return JSON.parse(document.getElementById(frame.dataset.figure).textContent);
}

// The picture takes over the name; the buttons that Plotly puts beside it stay reachable.
function nameThePicture(frame) {
  frame.removeAttribute("role");
  frame.removeAttribute("aria-label");
  const [picture, ...rest] = frame.querySelectorAll(".main-svg");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", frame.dataset.sentence);
  for (const layer of rest) layer.setAttribute("aria-hidden", "true");
}

function draw(frame, look = looks()) {
  const figure = figureOf(frame);
  frame.querySelector(".waiting")?.remove();
  const traces = styledTraces(figure, look, frame.clientHeight);
  window.Plotly.react(frame, traces, layoutOf(figure, look, frame), CONFIG)
    .then(() => nameThePicture(frame));
  drawn.add(frame);
}

function load(source) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function failed(frame) {
  const waiting = frame.querySelector(".waiting");
  if (waiting) waiting.textContent = "The chart could not be drawn; its table is below.";
  const table = frame.closest("figure")?.querySelector("details");
  if (table) table.open = true;
}

const nearby = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    const frame = entry.target;
    nearby.unobserve(frame);
    load(frame.dataset.library).then(() => frame.isConnected && draw(frame), () => failed(frame));
  }
}, { rootMargin: NEAR });

function watch(root) {
  for (const gone of [...drawn].filter((frame) => !frame.isConnected)) drawn.delete(gone);
  for (const frame of root.querySelectorAll(".chart[data-figure]")) nearby.observe(frame);
}

function redraw() {
  for (const frame of drawn) if (frame.isConnected) draw(frame);
}

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.detail.elt));
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// Paper does not wait for a script: whoever prints finds it loaded.
const first = document.querySelector(".chart[data-figure]");
if (first) (window.requestIdleCallback ?? setTimeout)(() => load(first.dataset.library).catch(() => {}));

function looksOnPaper() {
  const root = document.documentElement;
  const theme = root.getAttribute("data-theme");
  root.setAttribute("data-theme", "light");
  const look = looks();
  if (theme === null) root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
  return look;
}

// A chart is scaled to the sheet, which nothing can measure beforehand.
function scale(frame) {
  for (const layer of frame.querySelectorAll(".main-svg")) {
    layer.setAttribute("viewBox", `0 0 ${layer.getAttribute("width")} ${layer.getAttribute("height")}`);
  }
}

// On paper every chart is drawn, in ink on white; one that cannot be is its table.
const opened = [];
window.addEventListener("beforeprint", () => {
  const look = looksOnPaper();
  for (const frame of document.querySelectorAll(".chart[data-figure]")) {
    const table = frame.closest("figure")?.querySelector("details");
    if (window.Plotly) {
      draw(frame, look);
      scale(frame);
    } else if (table && !table.open) {
      table.open = true;
      opened.push(table);
    }
  }
});
window.addEventListener("afterprint", () => {
  for (const table of opened.splice(0)) table.open = false;
  for (const layer of document.querySelectorAll(".chart .main-svg")) layer.removeAttribute("viewBox");
  redraw();
});
