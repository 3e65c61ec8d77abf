// Cost against latency: every model in one lane.

import { fill, h, kept, LANE_NAMES, renewed, s, table, tag } from "./dom.js";
import { chart, leftAxis, powers, sliced, text } from "./charts.js";
import { assigned, outcome } from "./outcome.js";
import { roughTime, shortUsd } from "./numbers.js";

const { scaleLog } = d3;
const TIERS = ["general", "balanced", "throughput"];
const LISTED = 8;

/** A model's cost in the lane, and whether the rules would let the work run there. */
function candidate(desk, data, state, row, lane) {
  const found = assigned(desk, { ...state, provider: row.provider, model: row.model, region: "global", ...(row.provider === state.provider ? {} : { tier: null, subscription: null, enqueued_tokens: null }) });
  const gone = row.retires !== undefined && row.retires.date <= data.on;
  const rate = found.limit_requests_per_minute;
  const busy = rate !== null && found.requests_per_minute !== null && found.requests_per_minute > rate;
  return {
    row,
    usd: found.usd[lane],
    time: lane === "batch" ? (found.finish ?? found.window) : null,
    feasible: found.usd[lane] !== null && !gone && (lane === "batch" ? found.mode === "batch" : !busy),
    gone,
  };
}

const stateFor = (state, row) =>
  row.provider === state.provider
    ? { ...state, model: row.model }
    : { ...state, provider: row.provider, model: row.model, region: "global", tier: null, subscription: null, enqueued_tokens: null };

export async function drawModels(desk, data, state, found, choose, show) {
  const own = data.prices.models.find((row) => row.provider === state.provider && row.model === state.model);
  const wanted = state.shown_lane ?? found.lane;
  const place = kept("models", "plot", "plot");
  const list = kept("models", "list", "candidates");
  const pick = (name) => () => show({ shown_lane: name === found.lane ? null : name });
  fill(
    "models",
    `Models in the ${LANE_NAMES[wanted].toLowerCase()} lane`,
    h(
      "div",
      { class: "switch", role: "group", "aria-label": "Lane" },
      Object.entries(LANE_NAMES).map(([name, words]) =>
        h("button", { type: "button", id: `lane-${name}`, "aria-pressed": String(name === wanted), onclick: pick(name) }, words),
      ),
    ),
    h("p", { class: "hint" }, `This workload on every model of the price book with a rate in this lane, ${wanted === "batch" ? "by the time in which a batch is done" : "by tier, since nobody publishes a time for it"}. Filled: the rules let it run there.`),
    place,
    h("p", { class: "legend" }, TIERS.map((tier) => h("span", { class: `key tier-${tier}` }, tier)), h("span", { class: "key tier-other" }, "no tier stated"), h("span", { class: "key hollow" }, "not for this work in this lane")),
    list,
  );
  const rows = data.prices.models.filter((row) => row.operation === own.operation);
  const all = [];
  const done = await sliced("models", rows.map((row) => () => all.push(candidate(desk, data, state, row, wanted))));
  if (!done) return;
  const priced = all.filter((one) => one.usd !== null && one.usd > 0);
  const best = cheapest(desk, state, priced);
  if (priced.length) plot(place, data, state, priced, best, wanted, found);
  else renewed(place, h("p", { class: "empty" }, "No model has a price in this lane for this workload."));
  renewed(list, listed(best, wanted, choose, state));
}

/** The cheapest that can do the work: no error of any rule on them, such as a context window that is too small. */
function cheapest(desk, state, priced) {
  const found = [];
  for (const one of priced.filter((each) => each.feasible).sort((a, b) => a.usd - b.usd)) {
    const told = outcome(desk, stateFor(state, one.row));
    if (told.fired.some((rule) => rule.kind === "lint" && rule.level === "error")) one.feasible = false;
    else found.push({ ...one, told });
    if (found.length >= LISTED) break;
  }
  return found;
}

function columnsOf(priced, wanted) {
  if (wanted !== "batch") return [...TIERS, "other"].map((name) => ({ name, has: (one) => (one.row.tier ?? "other") === name })).filter((column) => priced.some(column.has));
  const times = [...new Set(priced.map((one) => one.time))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const near = times.filter((time) => time !== null && time <= 7 * 86400);
  const columns = near.slice(0, 4).map((time) => ({ name: `within ${roughTime(time)}`, has: (one) => one.time === time }));
  const last = near.length > 4 ? near[3] : (near.at(-1) ?? 0);
  columns.push({ name: `later than ${roughTime(last)}`, has: (one) => one.time !== null && one.time > last });
  columns.push({ name: "time not known", has: (one) => one.time === null });
  return columns.filter((column) => priced.some(column.has));
}

function plot(place, data, state, priced, best, wanted, found) {
  const columns = columnsOf(priced, wanted).map((column) => ({ ...column, members: priced.filter(column.has) }));
  const first = best[0];
  const label = first
    ? `${priced.length} models with a price in this lane. The cheapest that the rules allow is ${first.row.model} at ${first.row.provider}, ${first.told.shown[amountOf(wanted)]}.`
    : `${priced.length} models with a price in this lane; the rules allow none of them there.`;
  chart(place, { height: 380, margin: { left: 64, right: 16, top: 34, bottom: 44 }, label }, (svg, inner) => {
    const costs = priced.map((one) => one.usd);
    const y = scaleLog([Math.min(...costs) / 1.6, Math.max(...costs) * 1.6], [inner.bottom, inner.top]);
    leftAxis(svg, y, inner, found.one_off ? "US dollars, once" : "US dollars a month", powers(y.domain()), shortUsd);
    const marks = { svg, y, state, first, mine: null, best: null };
    for (const column of shared(columns, inner)) {
      if (column.from > inner.left) svg.append(s("line", { x1: column.from, x2: column.from, y1: inner.top, y2: inner.bottom, class: "divider" }));
      svg.append(text(column.from + column.width / 2, inner.bottom + 24, column.name, "column-name", "middle"));
      swarm(marks, column);
    }
    if (marks.mine && marks.mine !== marks.best) named(svg, inner, marks.mine, state.model, "mine-label", 4);
    if (marks.best) named(svg, inner, marks.best, `${first.row.model} · cheapest feasible`, "best-label", 18);
  });
}

const amountOf = (name) => ({ standard: "real_time_usd", batch: "batch_usd", flex: "flex_usd", priority: "priority_usd" })[name];

/** The columns side by side, wider where there are more models. */
function shared(columns, inner) {
  const weights = columns.map((column) => 4 + Math.sqrt(column.members.length));
  const whole = weights.reduce((sum, one) => sum + one, 0);
  let from = inner.left;
  return columns.map((column, at) => {
    const width = ((inner.right - inner.left) * weights[at]) / whole;
    from += width;
    return { ...column, from: from - width, width };
  });
}

function swarm(marks, { members, from, width }) {
  const { svg, y, state, first } = marks;
  const middle = from + width / 2;
  const placed = [];
  const most = Math.max(1, Math.floor(width / 18) - 1);
  for (const one of [...members].sort((a, b) => b.feasible - a.feasible || a.usd - b.usd)) {
    const height = y(one.usd);
    let at = 0;
    while (at < most * 2 && placed.some((other) => Math.abs(other.height - height) < 8 && other.at === at)) at += 1;
    placed.push({ height, at });
    const x = middle + (at % 2 ? -(at + 1) / 2 : at / 2) * 9;
    const mine = one.row.provider === state.provider && one.row.model === state.model;
    const leads = first !== undefined && first.row === one.row;
    if (mine) marks.mine = { x, height };
    if (leads) marks.best = mine ? marks.mine : { x, height };
    const classes = ["model", `tier-${one.row.tier ?? "other"}`, one.feasible ? "feasible" : "infeasible", mine ? "mine" : "", leads ? "best" : ""];
    const dot = s("circle", { cx: x, cy: height, r: mine || leads ? 7 : 4, class: classes.join(" ") });
    dot.append(s("title", null, `${one.row.model} at ${one.row.provider}: ${shortUsd(one.usd)}${one.gone ? ", retired" : ""}${one.feasible ? "" : ", not for this work in this lane"}`));
    svg.append(dot);
  }
}

/** Words beside a mark, on the side where there is room. */
function named(svg, inner, { x, height }, words, classes, below) {
  const long = words.length * 6.8 + 14;
  const left = x + long > inner.right && x - long > 0;
  const at = left ? x - 12 : Math.min(x + 12, inner.right - long + 12);
  svg.append(text(at, Math.min(height + below, inner.bottom - 4), words, `mark-label ${classes}`, left ? "end" : "start"));
}

function listed(best, wanted, choose, state) {
  if (!best.length) return h("p", { class: "empty" }, "The rules let this workload run in this lane on no model of the book.");
  return table(
    `The ${best.length} cheapest models that can do this work in the ${LANE_NAMES[wanted].toLowerCase()} lane`,
    ["Model", "Provider", "Tier", state.per === "once" ? "$Once" : "$A month", "$Budget", "Price of"],
    best.map(({ row, told }, at) =>
      h(
        "tr",
        { class: at === 0 ? "best" : null },
        h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => choose(stateFor(state, row)) }, row.model), at === 0 && tag("cheapest", "good")),
        h("td", null, row.provider),
        h("td", null, row.tier ?? "–"),
        h("td", { class: "number" }, told.shown[amountOf(wanted)]),
        h("td", { class: "number" }, told.lane === wanted ? told.shown.budget_usd : "–"),
        h("td", null, row.price_refreshed ?? "–"),
      ),
    ),
    "listed",
  );
}
