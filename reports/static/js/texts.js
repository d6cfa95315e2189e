// A text on the page: invisible characters by code point, words that only one side has, and what detectors marked.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const TALL = 1500; // characters, or lines, above which a text scrolls in a box of its own
  const TALL_LINES = 24;
  const NOTE_SHOWN = 200;

  /** Marks of a detector within the text, in UTF-16 units, with the numbers of their notes. */
  function numbered(text, marks) {
    const kept = marks
      .map(([start, end, note, detector]) => ({ start: Math.max(start, 0), end, note: viva.shorten(note ?? "", NOTE_SHOWN) || "no note", detector }))
      .filter(({ start, end }) => start < end);
    const places = viva.unitsOf(text, kept.flatMap(({ start, end }) => [start, end]));
    const notes = new Map();
    const within = [];
    let beyond = 0;
    for (const { start, end, note, detector } of kept) {
      const [from, to] = [places.get(start), places.get(end)];
      if (from >= to) {
        beyond += 1;
        continue;
      }
      const line = detector ? `${detector}: ${note}` : note;
      if (!notes.has(line)) notes.set(line, notes.size + 1);
      within.push({ from, to, number: notes.get(line) });
    }
    return { within, notes: [...notes.keys()], beyond };
  }

  /** Nodes of `text` from edge to edge; an edge is where a stretch begins or ends. `tag` wraps what only this side says. */
  function stretched(text, changed, tag, within) {
    const edges = new Set([0, text.length, ...changed.flat(), ...within.flatMap(({ from, to }) => [from, to])]);
    const places = [...edges].sort((a, b) => a - b);
    const opening = [...within].sort((a, b) => a.from - b.from);
    const closing = [...within].sort((a, b) => a.to - b.to);
    const budget = { left: 2000 };
    const nodes = [];
    let [opened, closed, change] = [0, 0, 0];
    for (let n = 0; n < places.length; n += 1) {
      const [at, next] = [places[n], places[n + 1] ?? text.length];
      for (; closed < closing.length && closing[closed].to === at; closed += 1) {
        nodes.push(viva.element("sup", { class: "footnote" }, String(closing[closed].number)));
      }
      while (opened < opening.length && opening[opened].from === at) opened += 1;
      if (next <= at) continue;
      while (change < changed.length && changed[change][1] <= at) change += 1;
      let piece = viva.shown(text.slice(at, next), budget);
      if (opened > closed) piece = [viva.element("mark", {}, piece)];
      if (change < changed.length && changed[change][0] <= at) piece = [viva.element(tag, {}, piece)];
      nodes.push(...piece);
    }
    return nodes;
  }

  const isTall = (text) => text.length > TALL || text.split("\n", TALL_LINES + 2).length > TALL_LINES;

  /** A box with a text. A tall one scrolls, so it takes the focus and has a name. */
  function box(text, label, nodes = viva.shown(text)) {
    const tall = isTall(text);
    return viva.element("pre", { class: tall ? "text tall" : "text", dir: "auto", tabindex: tall ? "0" : null, role: tall ? "group" : null, "aria-label": tall ? label : null }, nodes);
  }

  const cutNote = (cut) => (cut ? viva.element("p", { class: "note" }, `${viva.numberOf(cut, "character")} more are left out of this page.`) : null);

  Object.assign(viva, { numbered, stretched, box, cutNote });
})();
