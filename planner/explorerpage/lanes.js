// Cost against latency: the lanes of the chosen model.

import { fill, h, LANE_NAMES, s } from "./dom.js";
import { bottomAxis, chart, leftAxis, text } from "./charts.js";
import { roughTime, secondsOf, shortUsd } from "./numbers.js";

const { scaleLinear, scaleLog } = d3;
const TICKS = [1, 60, 3600, 86400, 604800, 2592000];

/** Where a lane stands in time: from and to in seconds, `open` where nobody promises an end. */
function when(lane, found) {
  if (lane === "standard") return { from: 1, to: 60, words: "seconds, as the model takes; no time is published" };
  if (lane === "priority") return { from: 1, to: 30, words: "seconds, ahead of others; no time is published" };
  if (lane === "flex") return { from: 1, to: 3600, open: true, words: "slower when it is busy; no time is promised" };
  const window = Number(found.queue.window_seconds);
  const finish = Number(found.queue.finish_seconds ?? found.queue.window_seconds);
  if (found.queue.window_seconds === null) return null;
  const waves = found.queue.waves;
  const words = waves === null ? `within ${found.queue.window_shown}, if the queue has room` : `${waves} ${waves === "1" ? "wave" : "waves"}, done within ${found.queue.finish_shown}`;
  return { from: window, to: Math.max(window, finish), point: true, words };
}

export function drawLanes(state, found) {
  const shown = [];
  for (const lane of ["standard", "batch", "flex", "priority"]) {
    const usd = found.monthly[{ standard: "real_time_usd", batch: "batch_usd", flex: "flex_usd", priority: "priority_usd" }[lane]];
    const time = when(lane, found);
    if (usd !== null && time !== null) shown.push({ lane, usd: Number(usd), time });
  }
  const need = secondsOf(state.latency_max);
  const inTime = shown.filter((one) => one.lane !== "flex" && (one.lane !== "batch" || need === null || one.time.to <= need));
  for (const one of inTime.sort((a, b) => a.usd - b.usd).slice(0, 1)) one.cheapest = true;
  const place = h("div", { class: "plot" });
  const missing = ["standard", "batch", "flex", "priority"].filter((lane) => !shown.some((one) => one.lane === lane));
  fill(
    "lanes",
    "Cost against latency",
    h("p", { class: "hint" }, `The lanes of ${state.model} for this workload. A bar is a time that nobody publishes; a dot is a time that the provider states.`),
    place,
    missing.length > 0 && h("p", { class: "hint" }, `No price, or no stated time: ${missing.map((lane) => LANE_NAMES[lane]).join(", ")}.`),
  );
  if (!shown.length) {
    place.replaceChildren(h("p", { class: "empty" }, "No lane of this model has a price."));
    return;
  }
  const label = `Cost a month by lane: ${shown.map((one) => `${LANE_NAMES[one.lane]} ${shortUsd(one.usd)}, ${one.time.words}`).join("; ")}.`;
  chart(place, { height: 300, margin: { left: 64, right: 24, top: 34, bottom: 48 }, label }, (svg, inner) => {
    const longest = Math.max(604800, ...shown.map((one) => one.time.to), secondsOf(state.latency_max) ?? 0);
    const x = scaleLog([0.5, longest * 1.8], [inner.left, inner.right]);
    const y = scaleLinear([0, Math.max(...shown.map((one) => one.usd)) * 1.18 || 1], [inner.bottom, inner.top]).nice(4);
    leftAxis(svg, y, inner, found.one_off ? "US dollars, once" : "US dollars a month", 4, shortUsd);
    bottomAxis(svg, x, inner, "time until the answer", TICKS.filter((tick) => tick < longest * 1.8), roughTime);
    needLine(svg, x, inner, state);
    const above = [];
    for (const one of [...shown].sort((a, b) => b.usd - a.usd)) lane(svg, x, y, inner, one, found, above);
  });
}

function needLine(svg, x, inner, state) {
  const need = secondsOf(state.latency_max);
  if (!need) return;
  const at = Math.max(inner.left, Math.min(inner.right, x(need)));
  svg.append(
    s("rect", { x: at, y: inner.top, width: Math.max(0, inner.right - at), height: inner.bottom - inner.top, class: "late" }),
    s("line", { x1: at, x2: at, y1: inner.top, y2: inner.bottom, class: "need" }),
    text(at > inner.right - 120 ? at - 6 : at + 6, inner.top + 12, `needed within ${state.latency_max}`, "need-label", at > inner.right - 120 ? "end" : "start"),
  );
}

function lane(svg, x, y, inner, one, found, above) {
  const chosen = one.lane === found.lane;
  const from = x(one.time.from);
  const to = x(one.time.to);
  const height = y(one.usd);
  const classes = `lane-${one.lane} ${chosen ? "chosen" : ""}`;
  if (to > from + 1) {
    svg.append(s("line", { x1: from, x2: to, y1: height, y2: height, class: `bar ${one.time.open ? "open" : ""} ${classes}` }));
  }
  if (one.time.point) svg.append(s("circle", { cx: to, cy: height, r: chosen ? 9 : 7, class: `dot ${classes}` }));
  const late = one.time.point === true;
  const words = `${LANE_NAMES[one.lane]} ${shortUsd(one.usd)}${chosen ? " · assigned" : ""}${one.cheapest ? " · cheapest in time" : ""}`;
  const at = late ? Math.min(to, inner.right) : from;
  const long = words.length * 6.8;
  const row = free(above, late ? at - long : at, late ? at : at + long, height - 14, inner.top + 8, height + 24);
  svg.append(text(at, row, words, `mark-label ${classes}`, late ? "end" : "start"));
}

/** The row nearest above the mark in which no other words stand; below it where there is no room. */
function free(taken, from, to, wanted, top, below) {
  const busy = (row) => taken.some((one) => from < one.to && one.from < to && Math.abs(one.row - row) < 17);
  let row = wanted;
  while (busy(row)) row -= 17;
  if (row < top) {
    row = below;
    while (busy(row)) row += 17;
  }
  taken.push({ from, to, row });
  return row;
}
