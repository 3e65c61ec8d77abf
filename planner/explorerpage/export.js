// What can be taken along: the record as JSON and the choice as a manifest. Nothing leaves the page by itself.

import { byId, fill, h } from "./dom.js";

export function drawTake(record, manifest) {
  const json = JSON.stringify(record, null, 2);
  fill(
    "take",
    "Take it along",
    h("p", { class: "hint" }, "Nothing is sent anywhere. A page that embeds this one hears the same JSON as the event planner-change."),
    h(
      "div",
      { class: "pair" },
      block("As a manifest", "workloads.yaml", manifest, "application/yaml", "manifest", "planner plan workloads.yaml prices it the same."),
      block("As JSON", "selection.json", json, "application/json", "json", "user_selections, calculated_monthly_cost and comparison_delta."),
    ),
  );
}

function block(title, name, text, type, id, note) {
  return h(
    "div",
    null,
    h("h3", null, title),
    h("p", { class: "note" }, note),
    h(
      "p",
      { class: "buttons" },
      h("button", { type: "button", id: `copy-${id}`, onclick: (event) => copy(text, event.currentTarget) }, id === "manifest" ? "Copy as manifest" : "Copy JSON"),
      " ",
      h("button", { type: "button", id: `save-${id}`, onclick: () => save(name, text, type) }, `Download ${name}`),
    ),
    h("pre", { id: `text-${id}`, tabindex: "0", role: "region", "aria-label": title }, text),
  );
}

/** To the clipboard; where the browser does not allow that, the text is selected to be copied by hand. */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = byHand(text) ? "Copied" : "Press Ctrl+C";
  }
  byId("live").textContent = button.textContent;
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}

function byHand(text) {
  const field = h("textarea", { class: "hidden", "aria-hidden": "true", value: text });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

function save(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
