// Puts the parts together: one state, from the address or the form, and everything drawn from it.

import * as core from "./core.js";
import { cachedTokens, fieldsOf, fitted, fromFragment, indexOf, toFragment } from "./state.js";
import { outcome, record } from "./outcome.js";
import { manifestOf } from "./manifest.js";
import { announce, byId } from "./dom.js";
import { drawLanes } from "./lanes.js";
import { drawModels } from "./models.js";
import { drawBreakEven } from "./breakeven.js";
import { Form } from "./form.js";
import { drawVerdict, said } from "./verdict.js";
import { drawBill, drawMatrix, drawOwn, drawWhy } from "./tables.js";
import { copy, drawTake } from "./export.js";

/** The data, unpacked. */
export async function unpacked() {
  const bytes = Uint8Array.from(atob(byId("data").textContent), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

class App {
  constructor(data) {
    this.data = data;
    this.desk = core.deskOf(data);
    this.index = indexOf(data);
    this.fields = fieldsOf(data);
    this.state = fromFragment(location.hash, data, this.index, this.fields);
    this.form = new Form(data, this.fields, (changed) => this.change(changed));
    byId("valued").textContent = `${data.prices.models.length} models, valued on ${data.on} with price book ${data.prices.book.name}`;
    byId("sources").textContent = `Prices: book ${data.prices.book.name}, ${data.prices.book.digest.slice(0, 19)}, ${data.prices.sources.length} sources. Computed in this page by the planner's own functions. Nothing is sent anywhere.`;
    byId("copy-link").addEventListener("click", (event) => copy(this.link(), event.currentTarget));
    byId("theme").addEventListener("click", () => this.turn());
    this.named();
    window.addEventListener("hashchange", () => this.read());
    let resized = 0;
    window.addEventListener("resize", () => {
      clearTimeout(resized);
      resized = setTimeout(() => this.charts(), 150);
    });
    drawOwn(data, (own) => this.choose(own.state, own));
    this.draw(false);
  }

  read() {
    this.own = null;
    const asked = location.hash;
    if (/^#[a-z-]+$/.test(asked)) {
      this.write();
      return;
    }
    this.state = fromFragment(asked, this.data, this.index, this.fields);
    this.draw(true);
  }

  change(changed) {
    this.own = null;
    const next = { ...this.state, ...changed };
    if (changed.provider && changed.provider !== this.state.provider) Object.assign(next, { tier: null, subscription: null, enqueued_tokens: null });
    if ("input" in changed || "cached_percent" in changed) next.cached_input = null;
    this.state = fitted(next, this.data, this.index);
    this.draw(true);
  }

  /** Another view of the same choice: the button that asked for it keeps the focus. */
  show(changed) {
    const focused = document.activeElement?.id;
    this.state = { ...this.state, ...changed };
    this.write();
    this.charts().then(() => byId(focused)?.focus({ preventScroll: true }));
  }

  /** The choice as the reader picks it elsewhere on the page; `own` is the workload of theirs that it stands for. */
  choose(state, own = null) {
    this.own = own;
    this.state = fitted({ ...this.state, ...state }, this.data, this.index);
    this.draw(true);
    byId("result").focus({ preventScroll: true });
    byId("result").scrollIntoView({ block: "start" });
  }

  /** The figures at once, the charts when the browser has time. */
  draw(write) {
    const row = this.index.get(`${this.state.provider} ${this.state.model}`);
    this.found = outcome(this.desk, this.state);
    this.record = record(this.data, row, this.state, this.found);
    this.form.show(this.state, row);
    drawVerdict(this.state, row, this.found, this.data, this.own);
    drawWhy(this.found);
    drawBill(this.found);
    drawTake(this.record, manifestOf(this.state, this.data));
    announce(said(this.found));
    if (write) this.write();
    this.tell();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.charts(), 60);
  }

  async charts() {
    const mine = toFragment(this.state, this.fields);
    this.drawing = mine;
    drawLanes(this.state, this.found);
    drawMatrix(this.desk, this.data, this.state, (state) => this.choose(state));
    await drawBreakEven(this.desk, this.state, this.found);
    if (this.drawing !== mine) return;
    await drawModels(this.desk, this.data, this.state, this.found, (state) => this.choose(state), (changed) => this.show(changed));
    if (this.drawing === mine) document.documentElement.dataset.charts = mine;
  }

  link() {
    return `${location.href.split("#")[0]}#${toFragment(this.state, this.fields)}`;
  }

  write() {
    try {
      history.replaceState(null, "", `#${toFragment(this.state, this.fields)}`);
    } catch {
      // A page inside a document without an address of its own has no link to give.
    }
  }

  /** To whoever embeds this page from the same origin, and to scripts in it: never to anyone else. */
  tell() {
    const event = () => new CustomEvent("planner-change", { detail: structuredClone(this.record), bubbles: true });
    document.dispatchEvent(event());
    let frame = null;
    try {
      frame = window.frameElement;
    } catch {
      // The page that embeds this one is of another origin, and hears nothing.
    }
    if (frame) frame.dispatchEvent(new frame.ownerDocument.defaultView.CustomEvent("planner-change", { detail: structuredClone(this.record), bubbles: true }));
  }

  isDark() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  turn() {
    document.documentElement.dataset.theme = this.isDark() ? "light" : "dark";
    this.named();
  }

  named() {
    byId("theme").textContent = this.isDark() ? "Light" : "Dark";
  }
}

/** The outcome of a link's fragment, without showing it. */
const evaluate = (app) => (fragment) => {
  const state = fromFragment(fragment, app.data, app.index, app.fields);
  const row = app.index.get(`${state.provider} ${state.model}`);
  const found = outcome(app.desk, state);
  return { ...record(app.data, row, state, found), manifest: manifestOf(state, app.data), link: toFragment(state, app.fields), outcome: found };
};

export async function start() {
  const app = new App(await unpacked());
  window.plannerExplorer = Object.freeze({ evaluate: evaluate(app), record: () => structuredClone(app.record), cachedTokens });
  document.documentElement.dataset.ready = "true";
  performance.mark("planner-ready");
}

start();
