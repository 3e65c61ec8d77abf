// From a choice to its outcome, by the core's own functions, as values that JSON can hold.

import * as core from "./core.js";
import { cachedTokens, FLAGS } from "./state.js";

const digits = (number) => (number == null ? null : core.digits(number));

/** The choice as the core takes it. */
export function choiceOf(state) {
  const flags = Object.fromEntries(
    Object.keys(FLAGS).filter((name) => state[name] != null).map((name) => [name, state[name] === "yes"]),
  );
  const all = { ...state, cached_input: cachedTokens(state), flags };
  return new core.Choice(...core.Choice.fields.map((name) => all[name] ?? null));
}

/** The lane, its costs and its queue, without the rest: for charts, which ask for many. */
export function assigned(desk, state) {
  const { case: found, facts, decision } = core.assignedChoice(desk, choiceOf(state));
  return {
    mode: decision.mode,
    lane: decision.lane,
    decided_by: decision.decided_by,
    usd: Object.fromEntries(core.LANES.map((lane) => [lane, number(found.costs.get(lane).usd)])),
    finish: number(facts.get("queue_finish_seconds")),
    window: number(facts.get("batch_window_seconds")),
    tokens_per_day: number(facts.get("tokens_per_day")),
    requests_per_minute: number(facts.get("requests_per_minute")),
    limit_requests_per_minute: number(facts.get("limit_requests_per_minute")),
  };
}

/** A number to draw with; what is shown as a figure never passes through here. */
export const number = (exact) => (exact == null ? null : Number(core.digits(exact)));

/** Everything that is told of a choice. */
export function outcome(desk, state) {
  const tale = core.toldChoice(desk, choiceOf(state));
  const { report, facts } = tale;
  const month = report.monthly;
  const rules = new Map(tale.verdicts.map((verdict) => [verdict.rule.id, verdict.rule]));
  const spoken = (name) => (facts.get(name) == null ? null : core.spoken(name, facts.get(name)));
  return {
    mode: report.mode,
    lane: report.lane,
    pattern: report.pattern,
    decided_by: report.decided_by,
    reason: report.reason,
    billed_as: report.billed_as,
    one_off: report.one_off,
    requests_per_month: digits(report.requests_per_month),
    tokens_per_day: digits(facts.get("tokens_per_day")),
    tokens_per_day_shown: spoken("tokens_per_day"),
    monthly: Object.fromEntries(month.constructor.fields.map((name) => [name, plain(month[name])])),
    shown: shownAmounts(month),
    delta: Object.fromEntries(
      ["batch_saving_usd", "batch_saving_percent", "flex_saving_usd"].map((name) => [name, exactText(facts.get(name))]),
    ),
    missing: tale.missing,
    assumptions: report.assumptions,
    fired: report.trace.map((entry) => {
      const rule = rules.get(entry.rule);
      const { id, kind, level, summary, why, remedy, source, assign, strength, weight } = rule;
      return {
        id, kind, level, summary, why, remedy, source, assign, strength,
        weight: digits(weight),
        message: entry.message,
      };
    }),
    lines: report.lines.map((line) => ({
      lane: line.lane,
      token_class: line.token_class,
      counts: line.counts,
      usd: digits(line.usd),
      tokens: digits(line.tokens),
      usd_per_mtok: digits(line.usd_per_mtok),
      source: line.source,
      verified: line.verified?.text ?? null,
      note: line.note,
      usd_shown: core.usd(line.usd),
    })),
    queue: {
      waves: digits(facts.get("queue_waves")),
      finish_seconds: digits(facts.get("queue_finish_seconds")),
      finish_shown: spoken("queue_finish_seconds"),
      window_seconds: digits(facts.get("batch_window_seconds")),
      window_shown: spoken("batch_window_seconds"),
      limit_tokens: digits(facts.get("queue_limit_tokens")),
      limit_tokens_shown: spoken("queue_limit_tokens"),
      limit_requests_shown: spoken("queue_limit_requests"),
      enqueued_tokens: digits(facts.get("enqueued_tokens_per_run")),
      enqueued_tokens_shown: spoken("enqueued_tokens_per_run"),
      too_large: facts.get("request_exceeds_queue") === true,
      wait_seconds: digits(facts.get("latency_max_seconds")),
      wait_shown: spoken("latency_max_seconds"),
    },
    reasoning: {
      tokens_shown: spoken("reasoning_tokens"),
      effort: facts.get("reasoning_effort") ?? null,
      basis: facts.get("reasoning_basis") ?? null,
    },
    break_even_cached_shown: spoken("break_even_cached_percent"),
  };
}

const plain = (value) => (value == null || typeof value === "string" ? value ?? null : core.digits(value));
const exactText = (value) => (value == null ? null : core.digits(value));

function shownAmounts(month) {
  const shown = {};
  for (const name of month.constructor.fields) {
    const amount = month[name];
    if (typeof amount === "string") continue;
    const show = { budget_usd: core.budgetUsd, saving_percent: core.percent }[name] ?? core.usd;
    shown[name] = show(amount);
  }
  return shown;
}

/** What the page keeps, copies, downloads and dispatches: what was chosen, what it costs, and how the lanes differ. */
export function record(data, row, state, found) {
  const flags = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, state[name] == null ? null : state[name] === "yes"]));
  const { saving_usd, saving_percent, saving_forgone_usd, forgone_by, ...amounts } = found.monthly;
  return {
    record_version: 1,
    valued_on: data.on,
    price_book: data.prices.book,
    user_selections: {
      use_case: state.use_case,
      provider: state.provider,
      model: state.model,
      model_tier: row.tier ?? null,
      price_refreshed: row.price_refreshed ?? null,
      region: state.region,
      volume: { requests: state.requests, per: state.per },
      tokens: { input: state.input, output: state.output, cached_input: cachedTokens(state), max_output: state.max_output },
      reasoning_effort: state.effort,
      latency_max: state.latency_max,
      account: { tier: state.tier, subscription: state.subscription, enqueued_tokens: state.enqueued_tokens },
      ...flags,
    },
    calculated_monthly_cost: {
      ...amounts,
      one_off: found.one_off,
      mode: found.mode,
      lane: found.lane,
      decided_by: found.decided_by,
      reason: found.reason,
      queue_waves: found.queue.waves,
      queue_finish_seconds: found.queue.finish_seconds,
      missing_prices: found.missing,
      assumptions: found.assumptions,
    },
    comparison_delta: { ...found.delta, saving_usd, saving_percent, saving_forgone_usd, forgone_by },
  };
}
