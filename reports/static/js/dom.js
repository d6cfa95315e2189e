// Elements are built from fixed names; whatever comes from data becomes a text node and nothing else.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const SVG = "http://www.w3.org/2000/svg";
  const SIGNS = {
    pass: [["circle", { class: "body", cx: 8, cy: 8, r: 7.5 }], ["path", { class: "sign", d: "M4.6 8.4l2.3 2.3 4.5-5" }]],
    fail: [["rect", { class: "body", x: 1, y: 1, width: 14, height: 14, rx: 2 }], ["path", { class: "sign", d: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" }]],
    inconclusive: [["path", { class: "ring", d: "M8 1.4L14.6 8 8 14.6 1.4 8z" }]],
  };
  const ATTRIBUTES = new Set([
    "accept", "aria-busy", "aria-controls", "aria-current", "aria-describedby", "aria-expanded", "aria-keyshortcuts", "aria-label", "aria-labelledby",
    "aria-live", "aria-pressed", "autocomplete", "class", "dir", "for", "hidden", "id", "lang", "maxlength", "name", "open", "role", "rows", "scope",
    "spellcheck", "tabindex", "title", "type", "value",
  ]);

  /** An element with attributes, listeners (`onclick: f`) and children; strings become text. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on") && typeof value === "function") made.addEventListener(key.slice(2), value);
      else if (ATTRIBUTES.has(key)) made.setAttribute(key, value === true ? "" : String(value));
      else throw new Error(`attribute ${key} is not one that this page sets`);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  /** The symbol of a kind of outcome; it differs in outline, not only in colour. */
  function symbol(kind) {
    const drawn = document.createElementNS(SVG, "svg");
    drawn.setAttribute("class", `symbol ${kind}`);
    drawn.setAttribute("viewBox", "0 0 16 16");
    drawn.setAttribute("aria-hidden", "true");
    for (const [name, attributes] of SIGNS[kind]) {
      const part = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, String(value));
      drawn.append(part);
    }
    return drawn;
  }

  /** A link within this page. The fragment is escaped text, so no scheme can come from data. */
  function innerLink(fragment, attributes, ...children) {
    const made = element("a", attributes, ...children);
    made.setAttribute("href", fragment.startsWith("#") ? fragment : `#${fragment}`);
    return made;
  }

  /** A control with its name before it; the name does not contain the control, so that options are no part of it. */
  function labelled(name, control) {
    return element("span", { class: "choice" }, element("label", { for: control.id }, name), control);
  }

  const count = (n) => n.toLocaleString("en-US", { maximumFractionDigits: 2 });
  const numberOf = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

  Object.assign(viva, { element, symbol, innerLink, labelled, count, numberOf });
})();
