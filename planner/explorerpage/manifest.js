// The choice as a manifest that planner plan accepts and prices the same.

import { cachedTokens, FLAGS } from "./state.js";

const plainWord = /^[A-Za-z][A-Za-z0-9._-]*$/;
const TRAPS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Text that YAML reads back as the same text. */
export const scalar = (text) => (plainWord.test(text) && !TRAPS.test(text) ? text : JSON.stringify(text));

export function manifestOf(state, data) {
  const lines = ["version: 1", `name: explored`];
  const books = data.prices_named;
  if (books.length !== 1 || books[0] !== "list") lines.push(`prices: [${books.map(scalar).join(", ")}]`);
  if (data.reasoning_policy !== "effort") lines.push(`reasoning_policy: ${scalar(data.reasoning_policy)}`);
  if (state.tier ?? state.subscription ?? state.enqueued_tokens) {
    lines.push("accounts:", `  ${scalar(state.provider)}:`);
    if (state.tier) lines.push(`    tier: ${scalar(state.tier)}`);
    if (state.subscription) lines.push(`    subscription: ${scalar(state.subscription)}`);
    if (state.enqueued_tokens) lines.push(`    enqueued_tokens: ${state.enqueued_tokens}`);
  }
  const cached = cachedTokens(state);
  const tokens = [`input: ${state.input}`, `output: ${state.output}`];
  if (cached !== null) tokens.push(`cached_input: ${cached}`);
  if (state.max_output) tokens.push(`max_output: ${state.max_output}`);
  lines.push("workloads:", "  - id: explored");
  if (state.use_case) lines.push(`    use_case: ${scalar(state.use_case)}`);
  lines.push(`    provider: ${scalar(state.provider)}`, `    model: ${scalar(state.model)}`);
  if (state.region !== "global") lines.push(`    region: ${scalar(state.region)}`);
  lines.push(`    volume: {requests: ${state.requests}, per: ${state.per}}`, `    tokens: {${tokens.join(", ")}}`);
  if (state.effort) lines.push(`    reasoning: {effort: ${scalar(state.effort)}}`);
  if (state.latency_max) lines.push(`    latency: {max: ${state.latency_max}}`);
  for (const name of Object.keys(FLAGS)) {
    if (state[name] != null) lines.push(`    ${name}: ${state[name] === "yes"}`);
  }
  return `${lines.join("\n")}\n`;
}
