// The fixed parts of the reader, which its draw methods fill, and how focus and view stay where they were.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});

  /** Scrolls the list, never the page: who opens a page wants to read its figures first. */
  function keepInView(list, current) {
    if (!current) return;
    const [box, row] = [list.getBoundingClientRect(), current.getBoundingClientRect()];
    if (row.top < box.top) list.scrollTop -= box.top - row.top;
    else if (row.bottom > box.bottom) list.scrollTop += row.bottom - box.bottom;
  }

  function keepFocus(part, draw) {
    const controls = () => [...part.querySelectorAll("a, button, select, input:not([type=file])")];
    const place = controls().indexOf(document.activeElement);
    draw();
    if (place >= 0) controls()[place]?.focus({ preventScroll: true });
  }

  function listChooser(reader) {
    const { lists } = reader.page;
    if (reader.page.draw || lists.length < 2) return [];
    const name = ({ student, suite }, n) => (reader.blind ? `${n + 1}: ${suite}` : `${student} on ${suite}`);
    const select = viva.element(
      "select", { id: "viva-list", onchange: (event) => reader.act.list(event.target.selectedIndex) },
      lists.map((list, n) => viva.element("option", {}, viva.plain(viva.shorten(name(list, n), 80)))),
    );
    select.selectedIndex = reader.list;
    return [viva.labelled(reader.blind ? "Pairs of" : "Student", select)];
  }

  /** The fixed parts of the reader, filled by its draw methods. */
  function frame(reader) {
    const { act } = reader;
    const part = (name, attributes) => viva.element(name, attributes);
    const parts = {
      board: part("div", { class: "board", role: "group", "aria-label": "Review" }), chooser: part("div", { class: "chooser" }),
      filters: part("div", { class: "filters", role: "group", "aria-label": "Filter" }), slices: part("div", { class: "slice-choices", role: "group", "aria-label": "Slices" }),
      search: viva.element("input", { type: "search", id: "viva-search", autocomplete: "off", spellcheck: "false", oninput: (event) => act.search(event.target.value) }),
      deep: viva.element("button", { type: "button", hidden: true, onclick: () => act.deep() }, "Search all texts"),
      status: part("p", { class: "status", role: "status", "aria-live": "polite" }), list: part("div", { class: "list" }), pair: part("div", { class: "open-pair" }),
      place: part("span", { class: "place-in-list" }),
      previous: viva.element("button", { type: "button", "aria-keyshortcuts": "k", onclick: () => act.step(-1) }, "Previous", viva.element("kbd", { class: "key" }, "k")),
      next: viva.element("button", { type: "button", "aria-keyshortcuts": "j", onclick: () => act.step(1) }, "Next", viva.element("kbd", { class: "key" }, "j")),
      notice: part("div", { class: "notice", "aria-live": "polite" }), help: viva.helpDialog(act),
    };
    const searching = viva.element("div", { class: "searching", role: "search" }, viva.labelled("Search ids, answers, beginnings of prompts", parts.search), parts.deep);
    const steps = viva.element("nav", { class: "steps", "aria-label": "Step through the pairs" }, parts.previous, parts.place, parts.next);
    const finding = viva.element("div", { class: "finding" }, parts.chooser, parts.filters, parts.slices, searching, parts.status);
    parts.all = [parts.board, parts.notice, finding, viva.element("div", { class: "reader" }, viva.element("section", { class: "side-list", "aria-label": "List of pairs" }, parts.list), viva.element("section", { class: "viewing", "aria-label": "Open pair" }, steps, parts.pair)), parts.help];
    return parts;
  }

  Object.assign(viva, { frame, listChooser, keepFocus, keepInView });
})();
