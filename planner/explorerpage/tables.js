// The use-case matrix, the team's own workloads, the rules that spoke, and the bill.

import { byId, fill, h, LANE_NAMES, modeName, table, tag } from "./dom.js";
import { outcome } from "./outcome.js";
import { grouped } from "./numbers.js";

const use = (name) => name.replaceAll("-", " ");

/** Each row of the matrix as it is written, and what the rules say of this workload if it were that. */
export function drawMatrix(desk, data, state, choose) {
  const rows = data.matrix.map((row) => {
    const asked = { ...state, use_case: row.use_cases[0], ...(row.wait ? { latency_max: row.wait } : {}) };
    const found = outcome(desk, asked);
    const mine = row.use_cases.includes(state.use_case);
    return h(
      "tr",
      { class: mine ? "is-mine" : null },
      h("th", { scope: "row" }, h("button", { type: "button", class: "link", "aria-pressed": String(mine), "data-rule": row.rule, onclick: () => choose(asked) }, row.label), mine && tag("yours", "chosen")),
      h("td", null, row.volume),
      h("td", null, row.latency),
      h("td", null, h("span", { class: `pill lane-${row.assign === "batch" ? "batch" : "standard"}` }, modeName(row.assign))),
      h("td", null, h("code", null, row.rule)),
      h("td", { class: "verdict-cell" }, h("span", { class: `pill lane-${found.lane}` }, modeName(found.mode)), " ", h("code", null, found.decided_by ?? "nothing decided")),
      h("td", { class: "number" }, found.monthly.expected_usd === null ? "no price" : found.shown.expected_usd),
    );
  });
  fill(
    "matrix",
    "The use-case matrix",
    h("p", { class: "hint" }, "The rows as the method states them, and what the rules make of your volume, tokens and model with each row's wait. Choose a row to try it."),
    table("The use-case matrix with verdicts", ["Workload", "Volume", "Wait", "Approach", "Rule", "With your numbers", "$Expected"], rows, "matrix"),
  );
}

/** The team's workloads by use case and lane. */
export function drawOwn(data, choose) {
  const section = byId("own");
  section.hidden = data.workloads.length === 0;
  if (section.hidden) return;
  const known = new Map(data.matrix.flatMap((row) => row.use_cases.map((name) => [name, row])));
  const groups = new Map();
  for (const row of data.matrix) groups.set(row.label, { row, all: [] });
  for (const own of data.workloads) {
    const label = known.get(own.use_case)?.label ?? (own.use_case ? use(own.use_case) : "no use case stated");
    if (!groups.has(label)) groups.set(label, { row: null, all: [] });
    groups.get(label).all.push(own);
  }
  const cell = (all, mode) => h("td", { class: `chips lane-${mode === "batch" ? "batch" : "standard"}`, "data-lane": modeName(mode) }, all.filter((own) => own.mode === mode).map((own) => chip(own, choose)));
  const rows = [...groups].map(([label, { row, all }]) =>
    h(
      "tr",
      { class: all.length ? null : "is-empty" },
      h("th", { scope: "row" }, label, h("span", { class: "note" }, row ? `${row.volume}, ${row.latency}: ${modeName(row.assign).toLowerCase()}` : "no row of the matrix")),
      cell(all, "real-time"),
      cell(all, "batch"),
    ),
  );
  fill(
    "own",
    `Your workloads: ${data.name}`,
    h("p", { class: "hint" }, `${data.workloads.length} workloads as planner plan assigns them. Choose one to take it into the explorer.`),
    table("Your workloads by use case and lane", ["Use case", "Real time", "Batch"], rows, "grid-of-own"),
  );
}

function chip(own, choose) {
  const left = own.left_out.length ? `The explorer has no field for: ${own.left_out.join(", ")}.` : null;
  return h(
    "button",
    { type: "button", class: "chip", title: [own.reason, left].filter(Boolean).join(". "), onclick: () => choose(own) },
    h("span", { class: "id" }, own.id),
    h("span", { class: "number" }, own.expected_usd === null ? "no price" : `${own.shown.expected_usd}${own.one_off ? " once" : ""}`),
    h("span", { class: "note" }, `${own.model} · ${own.decided_by ?? "nothing decided"}`),
  );
}

/** Every rule that fired, the deciding one first, then what the linter says. */
export function drawWhy(found) {
  const assigning = found.fired.filter((rule) => rule.kind === "assignment").sort((a, b) => (b.id === found.decided_by) - (a.id === found.decided_by) || (b.strength === "required") - (a.strength === "required") || Number(b.weight) - Number(a.weight));
  const order = ["error", "warning", "note"];
  const findings = found.fired.filter((rule) => rule.kind === "lint").sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const decided = assigning.map((rule) =>
    h(
      "li",
      { class: rule.id === found.decided_by ? "decided" : null },
      h("p", null, h("span", { class: `pill lane-${rule.assign === "batch" ? "batch" : "standard"}` }, modeName(rule.assign)), " ", h("code", null, rule.id), " ", rule.id === found.decided_by && tag("decided", "chosen"), tag(rule.strength === "required" ? "required" : `weight ${rule.weight}`)),
      h("p", null, `${rule.message}.`),
      rule.id === found.decided_by && h("p", { class: "note" }, `${rule.why} Source: ${rule.source}.`),
    ),
  );
  fill(
    "why",
    "Why, and what to look at",
    h("h3", null, "Rules that fired"),
    decided.length ? h("ol", { class: "rules" }, decided) : h("p", null, "No rule that assigns a lane fired, so the work stays in real time."),
    findings.length > 0 && h("h3", null, "What the linter says of it"),
    findings.length > 0 &&
      h("ul", { class: "findings" }, findings.map((rule) => h("li", null, tag(rule.level, { error: "bad", warning: "warn", note: "" }[rule.level]), " ", `${rule.message}.`, " ", h("code", null, rule.id), h("p", { class: "note" }, rule.remedy)))),
  );
}

/** The lines of the month, each with its rate and who says so. */
export function drawBill(found) {
  const rows = found.lines.map((line) =>
    h(
      "tr",
      { class: line.counts === "budget" ? "reserve-line" : null },
      h("th", { scope: "row" }, line.token_class.replaceAll("_", " "), line.counts === "budget" && tag("reserve")),
      h("td", null, LANE_NAMES[line.lane]),
      h("td", { class: "number" }, line.tokens === null ? "–" : grouped(line.tokens)),
      h("td", { class: "number" }, line.usd_per_mtok === null ? "–" : `$${line.usd_per_mtok}`),
      h("td", { class: "number" }, line.usd_shown),
      h("td", null, line.source ?? "–", line.verified && h("span", { class: "note" }, ` verified ${line.verified}`), line.note && h("span", { class: "note" }, ` ${line.note}`)),
    ),
  );
  fill(
    "bill",
    "The bill, line by line",
    rows.length ? table("Lines of the bill", ["Tokens", "Lane", found.one_off ? "$Count" : "$Count a month", "$Per million", "$US dollars", "Source"], rows, "bill") : h("p", null, "Without a price there are no lines."),
  );
}
