// What all charts share: a frame with axes, in SVG, with a sentence that says what it shows.

import { renewed, s } from "./dom.js";

const { axisBottom, axisLeft, select } = d3;

/** A frame of the width of its place; `draw` puts the marks into it. */
export function chart(place, { height, margin, label }, draw) {
  const width = Math.max(280, Math.min(place.clientWidth || 640, 1100));
  const svg = s("svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-label": label,
    class: "chart",
  });
  renewed(place, svg);
  const inner = { left: margin.left, top: margin.top, right: width - margin.right, bottom: height - margin.bottom };
  draw(svg, inner, width);
}

export function bottomAxis(svg, scale, inner, title, ticks, format) {
  const axis = axisBottom(scale).tickSizeOuter(0).tickPadding(8).tickSizeInner(0);
  if (Array.isArray(ticks)) axis.tickValues(ticks);
  else if (ticks) axis.ticks(ticks);
  if (format) axis.tickFormat(format);
  const group = s("g", { transform: `translate(0,${inner.bottom})`, class: "axis" });
  svg.append(group);
  axis(select(group));
  if (title) svg.append(s("text", { x: inner.right, y: inner.bottom + 38, class: "axis-title", "text-anchor": "end" }, title));
}

export function leftAxis(svg, scale, inner, title, ticks, format) {
  const axis = axisLeft(scale).tickSizeInner(-(inner.right - inner.left)).tickSizeOuter(0).tickPadding(8);
  if (Array.isArray(ticks)) axis.tickValues(ticks);
  else axis.ticks(ticks ?? 4);
  if (format) axis.tickFormat(format);
  const group = s("g", { transform: `translate(${inner.left},0)`, class: "axis grid" });
  svg.append(group);
  axis(select(group));
  if (title) svg.append(s("text", { x: 0, y: inner.top - 12, class: "axis-title" }, title));
}

/** Powers of ten within the bounds, at most `most` of them. */
export function powers([low, high], most = 6) {
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((to - from + 1) / most));
  const found = [];
  for (let power = from; power <= to; power += step) found.push(10 ** power);
  return found;
}

export const text = (x, y, words, classes = "", anchor = "start") =>
  s("text", { x, y, class: classes, "text-anchor": anchor }, words);

/** Runs steps in small slices, so that the page stays quick; a later run of the same name ends it. */
const runs = new Map();
export async function sliced(name, steps) {
  const mine = {};
  runs.set(name, mine);
  let since = performance.now();
  for (const step of steps) {
    step();
    if (performance.now() - since > 12) {
      await new Promise((go) => setTimeout(go, 0));
      if (runs.get(name) !== mine) return false;
      since = performance.now();
    }
  }
  return runs.get(name) === mine;
}
