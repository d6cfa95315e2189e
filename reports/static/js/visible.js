// Hostile text made safe to look at, as reports/visible.py does: what cannot be seen is shown by its code point.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/u;
  const RUN = /([^\x20-\x7e\n\t])\1*/gu;
  const NAMED_LIMIT = 2000; // spans for one text; beyond it code points stand as plain text, so that a page stays quick

  function isDeceptive(text, run) {
    const [whole, character] = run;
    if ((character === "\u200c" || character === "\u200d") && whole.length === 1) {
      const before = text.slice(0, run.index).slice(-1);
      const after = text.charAt(run.index + 1);
      return !before || !after || before < "\u0080" || after < "\u0080"; // joiners are honest inside emoji and several scripts
    }
    return DECEPTIVE.test(character);
  }

  function nameOf(run) {
    const repeats = Array.from(run[0]).length;
    const code = run[1].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return `U+${code}${repeats > 1 ? ` ×${repeats}` : ""}`;
  }

  /** One line for labels and titles: `⟨U+202E⟩` in place of what cannot be seen. */
  function plain(text) {
    return String(text).replace(RUN, (...found) => {
      const run = Object.assign([found[0], found[1]], { index: found[2] });
      return isDeceptive(text, run) ? `⟨${nameOf(run)}⟩` : found[0];
    });
  }

  function* pieces(text, budget) {
    let at = 0;
    for (const run of text.matchAll(RUN)) {
      if (!isDeceptive(text, run)) continue;
      if (run.index > at) yield text.slice(at, run.index);
      at = run.index + run[0].length;
      budget.left -= 1;
      yield budget.left < 0 ? `⟨${nameOf(run)}⟩` : viva.element("span", { class: "code-point" }, nameOf(run));
    }
    if (at < text.length) yield text.slice(at);
  }

  /** Nodes of a text, its invisible characters marked. Python's `\r\n` rule: a line break is no surprise. */
  function shown(text, budget = { left: NAMED_LIMIT }) {
    return [...pieces(text.replaceAll("\r\n", "\n"), budget)];
  }

  /** The places, in UTF-16 units, of ascending positions counted in code points. */
  function unitsOf(text, positions) {
    const wanted = [...new Set(positions)].sort((a, b) => a - b);
    const places = new Map();
    let unit = 0;
    let point = 0;
    for (const position of wanted) {
      while (point < position && unit < text.length) {
        unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
        point += 1;
      }
      places.set(position, Math.min(unit, text.length));
    }
    return places;
  }

  function shorten(text, limit) {
    const line = text.slice(0, limit * 4).replace(/\s+/gu, " ").trim();
    return line.length <= limit ? line : `${line.slice(0, limit - 1).trimEnd().replace(/[\ud800-\udbff]$/, "")}…`;
  }

  Object.assign(viva, { plain, shown, unitsOf, shorten });
})();
