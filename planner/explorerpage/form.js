// The form: sliders and exact fields bound to each other, and a search over every model.

import { byId, h, tag } from "./dom.js";
import { grouped, logSlider, shareSlider, waitSlider } from "./numbers.js";
import { EFFORTS, FLAGS, PERIODS, subscriptionsOf, tiersOf } from "./state.js";

const SHOWN = 60;
const numbers = {
  requests: { label: "Requests", slider: logSlider(1e9, true) },
  input: { label: "Input tokens per request", slider: logSlider(1e6, true) },
  output: { label: "Visible output tokens per request", slider: logSlider(1e5, true) },
  cached_percent: { label: "Cached share of the input, %", slider: shareSlider },
};

/** The form; `change` is called with the fields that are to change. */
export class Form {
  constructor(data, fields, change) {
    this.data = data;
    this.fields = fields;
    this.change = change;
    this.inputs = {};
    this.providers = [...new Set(data.prices.models.map((row) => row.provider))];
    byId("form").replaceChildren(
      this.part("What it does", this.choice("use_case", "Use case", data.use_cases, "not said"), this.number("requests", this.periods()), this.wait()),
      this.part("Model", this.model(), this.choice("region", "Region", [], null), this.choice("effort", "Reasoning effort", EFFORTS, "the model's default")),
      this.part("One request", this.number("input"), this.number("output"), this.number("cached_percent")),
      this.part("Account", this.choice("tier", "Quota tier", [], "not said"), this.choice("subscription", "Subscription", [], "not said"), this.exact("enqueued_tokens", "Batch queue, input tokens", "as published for the tier")),
      h("details", { class: "more" }, h("summary", null, "More that the rules ask for"), this.exact("max_output", "Cap on the output (max_output)", "the model's own"), Object.entries(FLAGS).map(([name, words]) => this.choice(name, words, ["yes", "no"], "not said"))),
    );
    byId("form").addEventListener("submit", (event) => event.preventDefault());
  }

  part(title, ...inside) {
    return h("fieldset", null, h("legend", null, title), inside);
  }

  take(name, text) {
    const value = text === "" && this.fields[name].optional ? null : this.fields[name].read(text);
    const wrong = value === null && text !== "";
    this.inputs[name].exact?.setAttribute("aria-invalid", String(wrong || (text === "" && !this.fields[name].optional)));
    if (!wrong && (value !== null || this.fields[name].optional)) this.change({ [name]: value });
  }

  choice(name, label, options, none) {
    const select = h("select", { id: `f-${name}`, onchange: (event) => this.take(name, event.target.value) });
    this.inputs[name] = { select, none };
    this.offer(name, options);
    return h("div", { class: "field", id: `row-${name}` }, h("label", { for: `f-${name}` }, label), select);
  }

  offer(name, options) {
    const { select, none } = this.inputs[name];
    const wanted = [none === null ? null : "", ...options].filter((one) => one !== null);
    if (select.dataset.offered === wanted.join()) return;
    select.dataset.offered = wanted.join();
    select.replaceChildren(...wanted.map((one) => h("option", { value: one }, one === "" ? none : one.replaceAll("-", " "))));
    [...select.options].forEach((option, at) => option.setAttribute("value", wanted[at]));
  }

  number(name, beside) {
    const { label, slider } = numbers[name];
    const exact = h("input", { id: `f-${name}`, type: "text", inputmode: "decimal", spellcheck: "false", oninput: (event) => this.take(name, event.target.value), onblur: () => this.show(this.state) });
    const range = h("input", { type: "range", min: slider.min, max: slider.max, "aria-label": `${label}, slider`, oninput: (event) => this.take(name, slider.text(Number(event.target.value))) });
    this.inputs[name] = { exact, range, slider };
    return h("div", { class: "field" }, h("label", { for: `f-${name}` }, label), h("div", { class: "row" }, exact, beside), range);
  }

  exact(name, label, placeholder) {
    const exact = h("input", { id: `f-${name}`, type: "text", inputmode: "numeric", placeholder, spellcheck: "false", oninput: (event) => this.take(name, event.target.value), onblur: () => this.show(this.state) });
    this.inputs[name] = { exact };
    return h("div", { class: "field" }, h("label", { for: `f-${name}` }, label), exact);
  }

  periods() {
    const select = h("select", { "aria-label": "Period", id: "f-per", onchange: (event) => this.take("per", event.target.value) }, PERIODS.map((one) => h("option", { value: one }, one === "once" ? "once" : `per ${one}`)));
    [...select.options].forEach((option, at) => option.setAttribute("value", PERIODS[at]));
    this.inputs.per = { select, none: null };
    return select;
  }

  wait() {
    const exact = h("input", { id: "f-latency_max", type: "text", placeholder: "not said", spellcheck: "false", "aria-describedby": "wait-help", oninput: (event) => this.take("latency_max", event.target.value), onblur: () => this.show(this.state) });
    const range = h("input", { type: "range", min: waitSlider.min, max: waitSlider.max, "aria-label": "Longest wait, slider", oninput: (event) => this.take("latency_max", waitSlider.text(Number(event.target.value))) });
    this.inputs.latency_max = { exact, range, slider: waitSlider };
    return h("div", { class: "field" }, h("label", { for: "f-latency_max" }, "Longest wait for the answer"), exact, range, h("p", { id: "wait-help", class: "help" }, "500ms, 5s, 24h or 14d"));
  }

  model() {
    this.search = h("input", {
      id: "f-model", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "model-list", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
      onfocus: () => { this.search.select(); this.list(""); },
      oninput: () => this.list(this.search.value),
      onkeydown: (event) => this.key(event),
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.options = h("ul", { id: "model-list", role: "listbox", "aria-label": "Models", hidden: true });
    this.card = h("p", { class: "card", id: "model-card" });
    const provider = h("select", { id: "f-provider", onchange: (event) => this.change({ provider: event.target.value }) }, this.providers.map((one) => h("option", { value: one }, one)));
    this.inputs.provider = { select: provider, none: null };
    this.inputs.model = {};
    return [
      h("div", { class: "field" }, h("label", { for: "f-provider" }, "Provider"), provider),
      h("div", { class: "field combo" }, h("label", { for: "f-model" }, `Model (search all ${this.data.prices.models.length})`), this.search, this.options, this.card),
    ];
  }

  list(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const near = (row) => (row.provider === this.state.provider ? 0 : 1);
    const fits = (row) => {
      const text = `${row.provider} ${row.model} ${row.tier ?? ""} ${(row.aliases ?? []).join(" ")}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    this.found = this.data.prices.models.filter(fits).sort((a, b) => near(a) - near(b)).slice(0, SHOWN);
    this.at = -1;
    this.options.replaceChildren(
      ...this.found.map((row, at) =>
        h("li", { role: "option", id: `option-${at}`, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); this.pick(at); } },
          h("span", { class: "name" }, row.model), h("span", { class: "by" }, `${row.provider} · ${row.tier ?? "no tier"} · price of ${row.price_refreshed ?? "unknown day"}`), this.ends(row)),
      ),
    );
    if (!this.found.length) this.options.append(h("li", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, "no model has all these words"));
    this.options.hidden = false;
    this.search.setAttribute("aria-expanded", "true");
  }

  ends(row) {
    if (!row.retires) return null;
    return row.retires.date <= this.data.on ? tag(`retired ${row.retires.date}`, "bad") : tag(`retires ${row.retires.date}`, "warn");
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.options.hidden) this.list("");
      this.at = Math.max(0, Math.min(this.found.length - 1, this.at + (event.key === "ArrowDown" ? 1 : -1)));
      [...this.options.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === this.at)));
      this.search.setAttribute("aria-activedescendant", `option-${this.at}`);
      this.options.children[this.at]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!this.options.hidden && this.found.length) this.pick(Math.max(0, this.at));
    } else if (event.key === "Escape") this.close();
  }

  pick(at) {
    const row = this.found[at];
    this.close();
    this.change({ provider: row.provider, model: row.model });
  }

  close() {
    this.options.hidden = true;
    this.search.setAttribute("aria-expanded", "false");
    this.search.removeAttribute("aria-activedescendant");
    this.search.value = this.state.model;
  }

  /** Puts a state into the fields; a field that is being written in is left alone. */
  show(state, row = this.row) {
    this.state = state;
    this.row = row;
    this.offer("region", [...new Set(["global", ...(row.regions ?? [])])]);
    this.offer("tier", tiersOf(this.data, state.provider));
    this.offer("subscription", subscriptionsOf(this.data, state.provider));
    byId("row-region").hidden = this.inputs.region.select.options.length < 2;
    byId("row-tier").hidden = this.inputs.tier.select.options.length < 2;
    byId("row-subscription").hidden = this.inputs.subscription.select.options.length < 2;
    for (const [name, input] of Object.entries(this.inputs)) {
      if (input.select) input.select.value = state[name] ?? "";
      if (input.exact && document.activeElement !== input.exact) {
        input.exact.value = state[name] === null ? "" : ["latency_max", "cached_percent"].includes(name) ? state[name] : grouped(state[name]);
        input.exact.setAttribute("aria-invalid", "false");
      }
      if (input.range) input.range.value = state[name] === null ? input.slider.min : input.slider.at(state[name]);
    }
    if (document.activeElement !== this.search) this.search.value = state.model;
    this.card.replaceChildren(row.tier ? tag(row.tier) : "", tag(`price of ${row.price_refreshed ?? "unknown day"}`), this.ends(row) ?? "");
  }
}
