// The list of pairs: filters with counts, slices, search, and one page of rows at a time.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const PAGE = 50;
  const FILTERS = ["all", "lost", "gained", "neither", "evidence", "unanswered", "marked", "unmarked"];
  const BLIND_FILTERS = ["all", "split", "neither", "anyUnanswered", "marked", "unmarked"];
  const LABELS = { all: "All", evidence: "Suspected mimicry", unanswered: "Student gave no answer", anyUnanswered: "No answer", marked: "Marked", unmarked: "Not marked" };
  const LABELS_OF = {
    accuracy: { lost: "Lost", gained: "Gained", split: "One of two right", neither: "Both wrong" },
    agreement: { lost: "Agrees less", gained: "Agrees more", split: "Scores differ", neither: "Neither agrees" },
    preference: { lost: "Teacher preferred", gained: "Student preferred", split: "Not even", neither: "Neither preferred" },
    mixed: { lost: "Scored lower", gained: "Scored higher", split: "Scores differ", neither: "Neither passes" },
  };
  const HINTS = {
    lost: "the teacher scored higher than the student", gained: "the student scored higher than the teacher",
    split: "the two models scored differently", neither: "neither of the two is right", evidence: "a detector of mimicry points at the pair",
    unanswered: "the student's reply was cut off, unreadable or a refusal", anyUnanswered: "a reply was cut off, unreadable or a refusal",
  };

  const filtersFor = (blind) => (blind ? BLIND_FILTERS : FILTERS);

  /** The nearest filter that does not tell which model is which, or the reverse. */
  function filterFor(filter, blind) {
    if (filtersFor(blind).includes(filter)) return filter;
    const other = blind
      ? { lost: "split", gained: "split", unanswered: "anyUnanswered" }
      : { anyUnanswered: "unanswered" };
    return Object.hasOwn(other, filter) ? other[filter] : "all";
  }

  function labelOf(filter, measure) {
    return LABELS[filter] ?? (LABELS_OF[measure] ?? LABELS_OF.mixed)[filter];
  }

  function filterButtons(view, act) {
    const { measure } = view.rows.lists[0];
    return view.filters.map((filter, n) =>
      viva.element(
        "button",
        { type: "button", class: "filter", "aria-pressed": String(filter === view.filter), title: HINTS[filter] ?? null, onclick: () => act.filter(filter) },
        `${labelOf(filter, measure)} `,
        viva.element("span", { class: "tally" }, viva.count(view.counts[n])),
      ),
    );
  }

  function sliceSelects(choices, chosen, act) {
    return choices.map(({ name, values }, n) => {
      const select = viva.element(
        "select",
        { id: `viva-slice-${n}`, onchange: (event) => act.slice(name, event.target.selectedIndex ? values[event.target.selectedIndex - 1][0] : null) },
        viva.element("option", {}, "any"),
        values.map(([value, many]) => viva.element("option", {}, `${viva.plain(viva.shorten(value, 60))} (${viva.count(many)})`)),
      );
      select.selectedIndex = values.findIndex(([value]) => value === chosen.get(name)) + 1;
      return viva.labelled(viva.element("bdi", {}, viva.plain(viva.shorten(name, 40))), select);
    });
  }

  function badge(side, words) {
    return viva.element("span", { class: `badge ${viva.kindOf(side.outcome)}` }, viva.symbol(viva.kindOf(side.outcome)), words[side.outcome] ?? side.outcome);
  }

  const answerLine = (answer) =>
    answer === null || answer === undefined ? viva.element("i", {}, "no answer") : viva.element("bdi", {}, viva.plain(viva.shorten(answer, 40)) || "an empty answer");

  /** What was marked, side by side as the pair is shown: `teacher right, student wrong`, or by A and B. */
  function markedLine(sides, marks) {
    const ofSide = ({ model }) => marks.filter((mark) => mark.model === model).sort((a, b) => a.attempt - b.attempt);
    return sides.map((side) => [side.role || side.label, ofSide(side)]).filter(([, own]) => own.length)
      .map(([name, own]) => `${name} ${own.map(({ mark }) => mark).join(", ")}`).join("; ");
  }

  function rowItem(view, row, act) {
    const pair = viva.pairAt(view.rows, row);
    const sides = viva.sidesOf(pair, view);
    const marks = view.marksOf(pair);
    // Imported scores and some graders come without an answer taken out of the reply: two blanks tell nothing.
    const isExtracted = sides.some(({ answer }) => answer !== null && answer !== undefined);
    const link = viva.innerLink(
      view.linkTo(row),
      { class: "row", "aria-current": row === view.open ? "true" : null, onclick: (event) => act.follow(event, row) },
      viva.element("span", { class: "outcomes" }, badge(sides[0], pair.list.words), viva.element("span", { class: "soft" }, view.blind ? "and" : "→"), badge(sides[1], pair.list.words)),
      viva.element("bdi", { class: "sample" }, viva.plain(viva.shorten(pair.sample, 60))),
      viva.element("span", { class: "snippet", dir: "auto" }, viva.plain(viva.shorten(pair.snippet, 110))),
      isExtracted ? viva.element("span", { class: "answers" }, answerLine(sides[0].answer), viva.element("span", { class: "soft" }, view.blind ? " | " : " → "), answerLine(sides[1].answer)) : null,
      marks.length ? viva.element("span", { class: "marked" }, `Marked: ${markedLine(sides, marks)}`) : null,
    );
    return viva.element("li", {}, link);
  }

  function pager(page, pages, act) {
    if (pages < 2) return null;
    const button = (label, target, name) =>
      viva.element("button", { type: "button", "aria-label": name, onclick: () => act.page(target), ...(target < 0 || target >= pages || target === page ? { class: "off" } : {}) }, label);
    const made = viva.element(
      "nav", { class: "pager", "aria-label": "Pages of the list" },
      button("«", 0, "First page"), button("‹", page - 1, "Previous page"),
      viva.element("span", {}, `Page ${viva.count(page + 1)} of ${viva.count(pages)}`),
      button("›", page + 1, "Next page"), button("»", pages - 1, "Last page"),
    );
    for (const off of made.querySelectorAll(".off")) off.disabled = true;
    return made;
  }

  /** Rows `PAGE * page` and on of those found. */
  function listPage(view, act) {
    const pages = Math.ceil(view.found.length / PAGE);
    const rows = view.found.slice(view.page * PAGE, (view.page + 1) * PAGE);
    const list = viva.element("ol", { class: "rows", "aria-label": "Pairs" }, Array.from(rows, (row) => rowItem(view, row, act)));
    return [list, pager(view.page, pages, act)];
  }

  const pageOf = (found, row) => Math.max(0, Math.floor(found.indexOf(row) / PAGE));

  Object.assign(viva, { FILTERS, filtersFor, filterFor, labelOf, filterButtons, sliceSelects, listPage, pageOf, badge });
})();
