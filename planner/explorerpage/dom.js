// Elements with their text. Text is always text: nothing is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "css") for (const [property, one] of Object.entries(value)) element.style.setProperty(property, one);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

export const h = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);
export const byId = (id) => document.getElementById(id);

/** The section with a title and what is to stand in it. */
export function fill(id, title, ...children) {
  const section = byId(id);
  section.replaceChildren(h("h2", { id: `${id}-title` }, title), ...children.flat(Infinity).filter(Boolean));
  return section;
}

/** A place that keeps what it shows, paled, until the new is drawn. */
export function kept(section, name, classes) {
  const place = byId(section).querySelector(`[data-part=${name}]`) ?? h("div", { class: classes, "data-part": name });
  place.classList.toggle("stale", place.childNodes.length > 0);
  return place;
}

export function renewed(place, ...children) {
  place.classList.remove("stale");
  place.replaceChildren(...children);
}

/** A table with a caption for those who hear it. */
export function table(caption, heads, rows, classes = "") {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      { class: classes },
      h("caption", { class: "hidden" }, caption),
      h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col", class: head.startsWith("$") ? "number" : null }, head.replace(/^\$/, ""))))),
      h("tbody", null, rows),
    ),
  );
}

export const LANE_NAMES = { standard: "Real time", batch: "Batch", flex: "Flex", priority: "Priority" };
export const modeName = (mode) => (mode === "batch" ? "Batch" : "Real time");
export const tag = (text, kind = "") => h("span", { class: `tag ${kind}` }, text);

let said = 0;
/** Says something to those who hear the page, once it has been quiet for a moment. */
export function announce(text) {
  clearTimeout(said);
  said = setTimeout(() => {
    byId("live").textContent = text;
  }, 400);
}
