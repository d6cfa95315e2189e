// What the page hears: keys, steps back, marks made in another tab, and its own closing.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});

  const isField = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, dialog") !== null && target.closest !== undefined;

  const KEYS = {
    j: (act) => act.step(1), k: (act) => act.step(-1), 1: (act, { side }) => act.mark(side, "right"), 2: (act, { side }) => act.mark(side, "wrong"),
    3: (act, { side }) => act.mark(side, "unsure"), 4: (act, { side }) => act.mark(side, null), s: (act) => act.otherSide(), d: (act) => act.diff(), b: (act) => act.blind(),
    n: (act, { side }) => document.getElementById(`viva-note-${side}`)?.focus(), "/": (act, { parts }) => parts.search.focus(), "?": (act) => act.help(),
    f: (act, { filter, blind }) => {
      const filters = viva.filtersFor(blind);
      act.filter(filters[(filters.indexOf(filter) + 1) % filters.length]);
    },
  };

  function listen(reader) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && isField(event.target) && !event.target.closest("dialog")) {
        event.preventDefault(); // else browsers empty a search box, and tell nobody
        event.target.blur();
      }
      if (!reader.rows || !reader.keysOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isField(event.target)) return;
      if (!Object.hasOwn(KEYS, event.key)) return;
      event.preventDefault();
      KEYS[event.key](reader.act, reader);
    });
    addEventListener("pointerdown", () => (reader.isPressed = true), { capture: true });
    for (const ended of ["pointerup", "pointercancel"]) addEventListener(ended, () => (reader.isPressed = false), { capture: true });
    addEventListener("popstate", async () => {
      if (!reader.rows || !viva.isPlace(location.hash)) return;
      const place = viva.readLink(location.hash);
      await reader.goTo(place);
      if (location.hash && place.sample === null) reader.root.closest("section")?.scrollIntoView();
    });
    addEventListener("storage", (event) => {
      if (event.key !== reader.marks.key || !reader.rows) return;
      reader.marks.sync();
      viva.afterMarks(reader);
    });
    addEventListener("beforeunload", (event) => {
      if (reader.marks.unsaved && reader.marks.all().length && !reader.marks.exportedAt) event.preventDefault();
    });
  }

  viva.listen = listen;
})();
