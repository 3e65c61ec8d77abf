// Where one lane overtakes another: over volume, over the cached share, and over both.

import { fill, h, kept, LANE_NAMES, modeName, renewed, s } from "./dom.js";
import { bottomAxis, chart, leftAxis, powers, sliced, text } from "./charts.js";
import { assigned } from "./outcome.js";
import { grouped, short, shortUsd } from "./numbers.js";

const { line, scaleLinear, scaleLog } = d3;
const DRAWN = ["standard", "batch", "flex"];
const SHARES = 10;

export async function drawBreakEven(desk, state, found) {
  const places = Object.fromEntries(["volume", "cached", "map"].map((name) => [name, kept("breakeven", name, "plot")]));
  const notes = Object.fromEntries(["volume", "cached"].map((name) => [name, kept("breakeven", `${name}-note`, "finding")]));
  fill(
    "breakeven",
    "Break-even",
    h(
      "div",
      { class: "pair" },
      h("div", null, h("h3", null, "Over volume"), notes.volume, places.volume),
      h("div", null, h("h3", null, "Over the cached share"), notes.cached, places.cached),
    ),
    legend(),
    h("h3", { class: "later" }, "The lane that the rules assign, over both"),
    h("p", { class: "hint" }, "The stronger the colour, the more real time and batch differ in cost."),
    places.map,
  );
  await Promise.all([overVolume(desk, state, found, places.volume, notes.volume), overCached(desk, state, found, places.cached, notes.cached)]);
  await overBoth(desk, state, places.map);
}

const legend = () =>
  h("p", { class: "legend" }, DRAWN.map((lane) => h("span", { class: `key lane-${lane}` }, LANE_NAMES[lane])), h("span", { class: "key band" }, "the rules assign batch"));

/** From well below the volume to well above it. */
function volumes(state, steps) {
  const now = Math.max(1, Number(state.requests));
  const low = Math.max(0, Math.floor(Math.log10(now)) - 3);
  return Array.from({ length: steps + 1 }, (_, at) => Math.round(10 ** (low + (6 * at) / steps))).filter((n, at, all) => n !== all[at - 1] && n <= 1e15);
}

async function overVolume(desk, state, found, place, note) {
  const asked = volumes(state, 36);
  const points = [];
  const ask = (requests) => ({ requests, ...assigned(desk, { ...state, requests: String(requests) }) });
  if (!(await sliced("volume", asked.map((requests) => () => points.push(ask(requests)))))) return;
  const turns = [];
  for (let at = 1; at < points.length; at++) {
    if (points[at].mode !== points[at - 1].mode) turns.push(turn(ask, points[at - 1], points[at]));
  }
  const says = turns.length
    ? `${turns.map((one) => `${modeName(one.mode)} from ${grouped(one.requests)} requests ${period(state)}${one.decided_by ? ` (${one.decided_by})` : ""}`).join("; ")}.`
    : `${modeName(found.mode)} at every volume shown${found.decided_by ? `, by ${found.decided_by}` : ""}.`;
  renewed(note, says);
  const now = Number(state.requests);
  lines(place, points, (one) => one.requests, state, {
    x: (inner) => scaleLog([points[0].requests, points.at(-1).requests], [inner.left, inner.right]),
    log: true,
    title: `requests ${period(state)}`,
    format: short,
    now,
    bands: points,
    label: `Cost a month over volume. ${note.textContent}`,
  });
}

export const period = (state) => (state.per === "once" ? "in one job" : `a ${state.per}`);

/** The first whole number of requests at which the mode changes, by halving. */
function turn(ask, low, high) {
  while (high.requests - low.requests > 1) {
    const middle = ask(Math.floor((low.requests + high.requests) / 2));
    if (middle.mode === high.mode) high = middle;
    else low = middle;
  }
  return high;
}

async function overCached(desk, state, found, place, note) {
  const points = [];
  const ask = (hundredths) => ({ share: hundredths / 100, ...assigned(desk, { ...state, cached_input: null, cached_percent: String(hundredths / 100) }) });
  const asked = Array.from({ length: 21 }, (_, at) => at * 500);
  if (!(await sliced("cached", asked.map((share) => () => points.push(ask(share)))))) return;
  renewed(note, crossing(ask, points, found));
  lines(place, points, (one) => one.share, state, {
    x: (inner) => scaleLinear([0, 100], [inner.left, inner.right]),
    title: "cached share of the input, %",
    now: state.cached_percent === null ? 0 : Number(state.cached_percent),
    bands: points,
    label: `Cost a month over the cached share. ${note.textContent}`,
  });
}

/** From which share real time costs no more than batch, to a hundredth of a percent. */
function crossing(ask, points, found) {
  const [first, last] = [points[0].usd, points.at(-1).usd];
  if (first.standard === null || first.batch === null) return "One of the two lanes has no price here, so there is no break-even.";
  if (last.standard === null) return "This model has no rate for cached input.";
  const cheaper = (one) => one.usd.standard <= one.usd.batch;
  if (cheaper(points[0])) return "Real time costs no more than batch even without a cache.";
  if (!cheaper(points.at(-1))) return "Batch stays cheaper, however much of the input is read from a cache.";
  let [low, high] = [0, 10000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cheaper(ask(middle))) high = middle;
    else low = middle;
  }
  return `From ${high / 100} % cached input on, real time costs no more than batch${found.mode === "batch" ? "" : " would"}. Hits in a batch are not counted.`;
}

function lines(place, points, at, state, drawn) {
  const priced = DRAWN.filter((lane) => points.some((one) => one.usd[lane] !== null && (one.usd[lane] > 0 || !drawn.log)));
  if (!priced.length) {
    renewed(place, h("p", { class: "empty" }, "No price to draw."));
    return;
  }
  chart(place, { height: 270, margin: { left: 60, right: 16, top: 28, bottom: 48 }, label: drawn.label }, (svg, inner) => {
    const x = drawn.x(inner);
    const costs = points.flatMap((one) => priced.map((lane) => one.usd[lane])).filter((usd) => usd !== null && (usd > 0 || !drawn.log));
    const top = Math.max(...costs) * 1.1 || 1;
    const y = drawn.log ? scaleLog([Math.min(...costs) / 1.5, top], [inner.bottom, inner.top]) : scaleLinear([0, top], [inner.bottom, inner.top]).nice(4);
    bands(svg, x, at, inner, drawn.bands);
    leftAxis(svg, y, inner, "US dollars", drawn.log ? powers(y.domain(), 5) : 4, shortUsd);
    bottomAxis(svg, x, inner, drawn.title, drawn.log ? powers(x.domain(), 4) : [0, 25, 50, 75, 100], drawn.format);
    for (const lane of priced) {
      const path = line().defined((one) => one.usd[lane] !== null && (one.usd[lane] > 0 || !drawn.log)).x((one) => x(at(one))).y((one) => y(one.usd[lane]));
      svg.append(s("path", { d: path(points), class: `line lane-${lane}` }));
    }
    const here = x(Math.min(Math.max(drawn.now, x.domain()[0]), x.domain()[1]));
    svg.append(s("line", { x1: here, x2: here, y1: inner.top, y2: inner.bottom, class: "now" }), text(here + (here > inner.right - 40 ? -5 : 5), inner.bottom - 8, "now", "now-label", here > inner.right - 40 ? "end" : "start"));
  });
}

/** Behind the lines, where the rules assign batch. */
function bands(svg, x, at, inner, points) {
  let from = null;
  points.forEach((one, index) => {
    const next = points[index + 1];
    if (one.mode === "batch" && from === null) from = index ? (x(at(points[index - 1])) + x(at(one))) / 2 : inner.left;
    if (from === null || next?.mode === "batch") return;
    const to = next && one.mode === "batch" ? (x(at(one)) + x(at(next))) / 2 : inner.right;
    svg.append(s("rect", { x: from, y: inner.top, width: Math.max(0, to - from), height: inner.bottom - inner.top, class: "batch-band" }));
    from = null;
  });
}

async function overBoth(desk, state, place) {
  const asked = volumes(state, 18);
  const cells = [];
  const steps = asked.flatMap((requests) =>
    Array.from({ length: SHARES + 1 }, (_, at) => () => {
      const share = (at * 100) / SHARES;
      cells.push({ requests, share, ...assigned(desk, { ...state, requests: String(requests), cached_input: null, cached_percent: String(share) }) });
    }),
  );
  if (!(await sliced("both", steps))) return;
  const batch = cells.filter((cell) => cell.mode === "batch").length;
  const label = `Of ${cells.length} points over volume and cached share, the rules assign batch at ${batch}.`;
  chart(place, { height: 250, margin: { left: 60, right: 16, top: 28, bottom: 48 }, label }, (svg, inner) => {
    const half = Math.sqrt(asked[1] / asked[0]);
    const x = scaleLog([asked[0] / half, asked.at(-1) * half], [inner.left, inner.right]);
    const y = scaleLinear([-100 / SHARES / 2, 100 + 100 / SHARES / 2], [inner.bottom, inner.top]);
    leftAxis(svg, y, inner, "cached share of the input, %", [0, 50, 100], String);
    bottomAxis(svg, x, inner, `requests ${period(state)}`, powers(x.domain(), 6), short);
    const width = (inner.right - inner.left) / asked.length;
    const height = (inner.bottom - inner.top) / (SHARES + 1);
    for (const cell of cells) {
      const column = asked.indexOf(cell.requests);
      const row = (cell.share / 100) * SHARES;
      const box = s("rect", { x: inner.left + column * width, y: inner.bottom - (row + 1) * height, width: width - 1, height: height - 1, rx: 2, class: `cell lane-${cell.lane}` });
      const worth = cell.usd.standard && cell.usd.batch !== null ? Math.abs(1 - cell.usd.batch / cell.usd.standard) : 0;
      box.setAttribute("fill-opacity", String(0.35 + 0.65 * Math.min(1, worth * 2)));
      box.append(s("title", null, `${short(cell.requests)} requests ${period(state)}, ${cell.share} % cached: ${modeName(cell.mode)}${cell.decided_by ? `, ${cell.decided_by}` : ""}`));
      svg.append(box);
    }
    const now = [Math.min(Math.max(1, Number(state.requests)), asked.at(-1)), state.cached_percent === null ? 0 : Number(state.cached_percent)];
    svg.append(s("circle", { cx: x(Math.max(asked[0], now[0])), cy: y(now[1]), r: 6, class: "here" }));
  });
}
