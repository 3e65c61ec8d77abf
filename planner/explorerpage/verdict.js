// The answer: the lane and why, what each lane costs, the queue against the deadline, the budget.

import { byId, fill, h, LANE_NAMES, modeName, tag } from "./dom.js";

const AMOUNTS = { standard: "real_time_usd", batch: "batch_usd", flex: "flex_usd", priority: "priority_usd" };

export function drawVerdict(state, row, found, data, own) {
  const { shown, monthly } = found;
  const per = found.one_off ? "for the job" : "a month";
  const unpriced = found.missing.length > 0;
  const section = fill(
    "result",
    "The answer",
    h(
      "div",
      { class: `hero lane-${found.lane}` },
      h("p", { class: "verdict" }, h("span", { class: "lane" }, modeName(found.mode)), found.pattern === "queue" && tag("through a queue")),
      h("p", { class: "because" }, sentence(found.reason), " ", found.decided_by && h("a", { href: "#why-title", class: "rule" }, found.decided_by)),
      h(
        "dl",
        { class: "figures" },
        figure("Expected", monthly.expected_usd === null ? "no price" : shown.expected_usd, per, "expected"),
        figure("Budget", monthly.budget_usd === null ? "no price" : shown.budget_usd, budgetNote(found), "budget"),
        saving(found),
      ),
    ),
    unpriced && h("div", { class: "notice bad", role: "note" }, found.missing.map((says) => h("p", null, h("strong", null, "No price. "), `${sentence(says)} Nothing is priced by guess.`))),
    own && simpler(own),
    ends(row, data),
    h("div", { class: "lane-cards", role: "list", "aria-label": "Cost in each lane" }, Object.keys(AMOUNTS).map((lane) => card(lane, found, per))),
    h("div", { class: "pair" }, queue(found), budget(found)),
    found.assumptions.length > 0 && h("ul", { class: "assumptions" }, found.assumptions.map((says) => h("li", null, h("strong", null, "Assumed: "), says))),
  );
  section.querySelector("h2").classList.add("hidden");
  const mini = byId("mini");
  mini.className = `mini lane-${found.lane}`;
  mini.replaceChildren(h("span", { class: "lane" }, modeName(found.mode)), h("span", null, monthly.expected_usd === null ? "no price" : `${shown.expected_usd} ${per}`), h("span", { class: "note" }, state.model));
}

/** What of a team's own workload the form cannot say, and what the plan says of the whole. */
function simpler(own) {
  if (!own.left_out.length) return null;
  return h("p", { class: "notice", id: "simpler" }, `${own.id} without ${own.left_out.join(", ")}, for which there is no field here. The plan: ${modeName(own.mode).toLowerCase()}, ${own.expected_usd === null ? "no price" : own.shown.expected_usd}${own.one_off ? " once" : " a month"}.`);
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const figure = (name, value, note, id) =>
  h("div", null, h("dt", null, name), h("dd", null, h("span", { class: "value", id: `figure-${id}` }, value), h("span", { class: "note" }, note)));

function budgetNote(found) {
  const held = found.lines.filter((line) => line.counts === "budget");
  return held.length ? `with ${held.map((line) => line.token_class.replaceAll("_", " ")).join(" and ")}` : "nothing in reserve";
}

function saving(found) {
  const { monthly, shown } = found;
  if (found.mode === "batch" && monthly.saving_usd !== null) {
    return figure("Saving", shown.saving_usd, monthly.saving_percent === null ? "against real time" : `${shown.saving_percent} against real time`, "saving");
  }
  if (monthly.saving_forgone_usd !== null && monthly.saving_forgone_usd !== "0") {
    return figure("Saving forgone", shown.saving_forgone_usd, "what batch would save", "saving");
  }
  return figure("Saving", monthly.batch_usd === null ? "not known" : "none", monthly.batch_usd === null ? "batch has no price" : "batch is not cheaper", "saving");
}

function ends(row, data) {
  if (!row.retires) return null;
  const gone = row.retires.date <= data.on;
  const next = row.retires.successor ? `; its successor is ${row.retires.successor}` : "";
  return h("p", { class: `notice ${gone ? "bad" : "warn"}` }, `${row.model} ${gone ? "was retired" : "will be retired"} on ${row.retires.date}${next}.`);
}

function card(lane, found, per) {
  const name = AMOUNTS[lane];
  const amount = found.monthly[name];
  const chosen = lane === found.lane;
  const parts = [
    h("p", { class: "name" }, LANE_NAMES[lane], chosen && tag("assigned", "chosen")),
    h("p", { class: "value", id: `lane-${lane}-usd` }, amount === null ? "no price" : found.shown[name]),
    h("p", { class: "note" }, amount === null ? "no published rate" : difference(lane, found, per)),
    h("p", { class: "note" }, time(lane, found)),
  ];
  return h("div", { class: `lane-card lane-${lane} ${chosen ? "is-chosen" : ""} ${amount === null ? "is-missing" : ""}`, role: "listitem" }, parts);
}

function difference(lane, found, per) {
  const base = Number(found.monthly.real_time_usd);
  if (lane === "standard" || found.monthly.real_time_usd === null || base === 0) return per;
  const percent = (Number(found.monthly[AMOUNTS[lane]]) / base - 1) * 100;
  if (Math.abs(percent) < 0.05) return `${per}, as real time`;
  return `${per}, ${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1).replace(/\.0$/, "")} % on real time`;
}

function time(lane, found) {
  if (lane === "standard") return "answers at once";
  if (lane === "priority") return "answers ahead of others";
  if (lane === "flex") return "answers late when it is busy";
  if (found.queue.window_seconds === null) return "time not known";
  return found.queue.finish_seconds === null ? `within ${found.queue.window_shown}` : `done within ${found.queue.finish_shown}`;
}

/** Waves in the batch queue against the deadline. */
function queue(found) {
  const { queue: at } = found;
  const parts = [h("h3", null, "Queue and deadline")];
  if (at.too_large) parts.push(h("p", { class: "notice bad" }, "One request alone is larger than the queue: it never finishes."));
  else if (at.waves !== null) parts.push(waves(at, found.mode === "batch"));
  else if (at.window_seconds !== null) {
    parts.push(h("p", null, `A run puts ${about(at.enqueued_tokens_shown)} input tokens into the queue. How many the queue holds is not known here: choose the quota tier, or state the number.`));
  } else parts.push(h("p", null, "No batch window of this provider is known."));
  return h("div", { class: "panel", id: "queue" }, parts);
}

/** A count without the part of a token that a mean run has. */
const about = (shown) => (shown.includes(".") ? `about ${shown.slice(0, shown.indexOf("."))}` : shown);

function waves(at, batch) {
  const finish = Number(at.finish_seconds);
  const need = at.wait_seconds === null ? null : Number(at.wait_seconds);
  const whole = Math.max(finish, need ?? 0) || 1;
  const count = Number(at.waves);
  const drawn = Math.min(count, 40);
  const late = need !== null && finish > need;
  const quota = at.limit_tokens !== null ? `${at.limit_tokens_shown} tokens` : `${at.limit_requests_shown} requests`;
  return [
    h("p", null, h("strong", { id: "waves" }, `${at.waves} ${count === 1 ? "wave" : "waves"}`), `: ${about(at.enqueued_tokens_shown)} input tokens a run, and the queue holds ${quota} at once.`),
    h(
      "div",
      { class: "waves", role: "img", "aria-label": `${at.waves} waves, done within ${at.finish_shown}${need === null ? "" : `, needed within ${at.wait_shown}`}` },
      h("div", { class: "track" }, Array.from({ length: drawn }, () => h("span", { class: `wave ${late ? "late" : ""}`, css: { width: `${(finish / whole / drawn) * 100}%` } }))),
      need !== null && h("span", { class: "deadline", css: { left: `${Math.min(100, (need / whole) * 100)}%` } }),
    ),
    h("p", { class: late ? "late-words" : "in-time" }, `${batch ? "Expected finish" : "As a batch it would finish"}: ${at.finish_shown}${need === null ? "; no deadline is stated" : late ? `, after the ${at.wait_shown} that are allowed` : `, within the ${at.wait_shown} that are allowed`}.`),
  ];
}

/** What is expected, and what is held in reserve. */
function budget(found) {
  const { monthly, shown } = found;
  const parts = [h("h3", null, "Budget")];
  if (monthly.budget_usd === null) return h("div", { class: "panel", id: "budget" }, parts, h("p", null, "Without a price there is no budget."));
  const whole = Number(monthly.budget_usd) || 1;
  const held = found.lines.filter((line) => line.counts === "budget");
  const bar = [h("span", { class: `share lane-${found.lane}`, css: { width: `${(Number(monthly.expected_usd) / whole) * 100}%` } })];
  for (const line of held) bar.push(h("span", { class: "share reserve", css: { width: `${(Number(line.usd) / whole) * 100}%` } }));
  parts.push(
    h("div", { class: "stack", role: "img", "aria-label": `Expected ${shown.expected_usd} of a budget of ${shown.budget_usd}` }, bar),
    h(
      "ul",
      { class: "parts" },
      h("li", null, h("span", { class: `swatch lane-${found.lane}` }), "Expected", h("span", { class: "number" }, shown.expected_usd)),
      held.map((line) => h("li", null, h("span", { class: "swatch reserve" }), sentence(line.token_class.replaceAll("_", " ")).slice(0, -1), h("span", { class: "number" }, line.usd_shown), h("span", { class: "note" }, line.note))),
      h("li", { class: "sum" }, "Budget, rounded up", h("span", { class: "number" }, shown.budget_usd)),
    ),
  );
  if (!held.length) parts.push(h("p", { class: "note" }, found.reasoning.effort === "none" ? "No reasoning tokens are expected, so nothing is held in reserve." : "Nothing is held in reserve."));
  return h("div", { class: "panel", id: "budget" }, parts);
}

/** The answer in one sentence, for those who hear the page. */
export function said(found) {
  const amount = found.monthly.expected_usd === null ? "no price" : `${found.shown.expected_usd} ${found.one_off ? "for the job" : "a month"}`;
  return `${modeName(found.mode)}, ${amount}. ${found.decided_by ? `Decided by ${found.decided_by}.` : "No rule decided."}`;
}
