// What a reader has chosen, as text: read from the address and from the form, and never trusted.

export const PERIODS = ["second", "minute", "hour", "day", "week", "month", "once"];
export const EFFORTS = ["none", "low", "medium", "high"];
export const FLAGS = {
  user_facing: "A person waits",
  streaming: "Answers are streamed",
  time_sensitive: "A decision hangs on it at once",
  iterative: "Each request builds on the last answer",
  background: "Background job",
  cost_sensitive: "Cost matters more than time",
  separate_quota: "Real-time quota must be left alone",
};
const VERSION = "1";
const WAIT = /^(0|[1-9]\d{0,8})(\.\d{1,6})?(ms|s|m|h|d|w)$/;
const count = (most) => (text) => {
  const plain = text.replace(/[ ,_']/g, "");
  return /^\d{1,16}$/.test(plain) && BigInt(plain) <= most ? String(BigInt(plain)) : null;
};
const requests = count(10n ** 15n);
const tokens = count(10n ** 9n);
const share = (text) => {
  const found = /^(\d{1,3})(\.\d{1,2})?%?$/.exec(text.trim());
  return found && Number(found[1] + (found[2] ?? "")) <= 100 ? found[1].replace(/^0+(?=\d)/, "") + (found[2] ?? "") : null;
};
const parts = (text) => (/^\d{1,9}(\.\d{1,6})?$/.test(text) ? text : null);
const wait = (text) => (WAIT.test(text.trim().replace(/\s/g, "")) ? text.replace(/\s/g, "") : null);
const one = (words) => (text) => (words.includes(text) ? text : null);

/** Every field: its name in the address, how text is read (null for nonsense), and whether it may be left out. */
export function fieldsOf(data) {
  const uses = [...new Set(data.use_cases)];
  return {
    use_case: { key: "use", read: one(uses), optional: true },
    provider: { key: "provider", read: one(data.prices.models.map((row) => row.provider)) },
    model: { key: "model", read: (text) => text },
    region: { key: "region", read: (text) => (/^[a-z0-9-]{1,30}$/.test(text) ? text : null) },
    requests: { key: "n", read: requests },
    per: { key: "per", read: one(PERIODS) },
    input: { key: "in", read: tokens },
    output: { key: "out", read: tokens },
    cached_percent: { key: "cached", read: share, optional: true },
    cached_input: { key: "cachedtokens", read: parts, optional: true },
    max_output: { key: "maxout", read: tokens, optional: true },
    effort: { key: "effort", read: one(EFFORTS), optional: true },
    latency_max: { key: "wait", read: wait, optional: true },
    tier: { key: "tier", read: (text) => text, optional: true },
    subscription: { key: "subscription", read: (text) => text, optional: true },
    enqueued_tokens: { key: "queue", read: requests, optional: true },
    shown_lane: { key: "lane", read: one(["standard", "batch", "flex", "priority"]), optional: true },
    ...Object.fromEntries(
      Object.keys(FLAGS).map((name) => [name, { key: name, read: one(["yes", "no"]), optional: true }]),
    ),
  };
}

/** The rows by provider and name; an alias leads to the model that it names. */
export function indexOf(data) {
  const models = new Map();
  for (const row of data.prices.models) {
    for (const name of [row.model, ...(row.aliases ?? [])]) {
      const key = `${row.provider} ${name}`;
      if (name === row.model || !models.has(key)) models.set(key, row);
    }
  }
  return models;
}

const words = (data, provider, condition) =>
  data.words.find((row) => row.provider === provider && row.condition === condition)?.words ?? [];
export const tiersOf = (data, provider) => words(data, provider, "tier");
export const subscriptionsOf = (data, provider) => words(data, provider, "subscription");

/** The model that a provider's name stands for: the page's own, else one of general use that has a batch rate. */
function usual(data, provider) {
  if (data.start.provider === provider && data.prices.models.some((row) => row.provider === provider && row.model === data.start.model)) return data.start.model;
  const rows = data.prices.models.filter((row) => row.provider === provider);
  const lasts = rows.filter((row) => row.operation === "chat" && !(row.retires && row.retires.date <= data.on));
  const batched = lasts.filter((row) => row.rates?.["global batch"]);
  return (batched.find((row) => row.tier === "general") ?? batched[0] ?? lasts[0] ?? rows[0]).model;
}

/** The state with what contradicts itself put right: a model of another provider, a tier that the provider has not. */
export function fitted(state, data, index) {
  const next = { ...state };
  if (!index.has(`${next.provider} ${next.model}`)) {
    next.model = usual(data, next.provider);
  }
  next.model = index.get(`${next.provider} ${next.model}`).model;
  const row = index.get(`${next.provider} ${next.model}`);
  if (next.region !== "global" && !(row.regions ?? []).includes(next.region)) next.region = "global";
  if (!tiersOf(data, next.provider).includes(next.tier)) next.tier = null;
  if (!subscriptionsOf(data, next.provider).includes(next.subscription)) next.subscription = null;
  return next;
}

/** The state that an address describes, over the page's own; whatever is no value of its field is passed over. */
export function fromFragment(fragment, data, index, fields) {
  const state = { ...data.start };
  const said = new URLSearchParams(fragment.replace(/^#/, "").slice(0, 4000));
  if (said.has("v") && said.get("v") !== VERSION) return fitted(state, data, index);
  const known = said.get("v") === VERSION;
  for (const [name, field] of Object.entries(fields)) {
    const text = said.get(field.key);
    if (text === null) {
      if (known && field.optional) state[name] = null;
      continue;
    }
    const value = field.read(text);
    if (value !== null) state[name] = value;
    else if (field.optional && text === "") state[name] = null;
  }
  return fitted(state, data, index);
}

/** The address of a state: readable, always in the same order. */
export function toFragment(state, fields) {
  const parts = [`v=${VERSION}`];
  for (const [name, field] of Object.entries(fields)) {
    if (state[name] != null) parts.push(`${field.key}=${encodeURIComponent(state[name])}`);
  }
  return parts.join("&");
}

/** Cached input tokens of a request, exactly: as stated, else the share of its input; null where neither is. */
export function cachedTokens(state) {
  if (state.cached_input != null && Number(state.cached_input) <= Number(state.input)) return state.cached_input;
  if (state.cached_percent == null) return null;
  const [whole, part = ""] = state.cached_percent.split(".");
  const hundredths = BigInt(whole + part.padEnd(2, "0")) * BigInt(state.input);
  const digits = String(hundredths).padStart(5, "0");
  const text = `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, "");
  return text === "" ? "0" : text;
}
