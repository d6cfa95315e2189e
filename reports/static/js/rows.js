// The pairs that a page is about, and which of them the reader asked for. 100,000 pairs are columns of numbers, not objects.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const OUTCOMES = ["correct", "incorrect", "truncated", "unparsed", "refused", "failed"];
  const KINDS = { correct: "pass", incorrect: "fail" };
  const UNANSWERED = [2, 3, 4];

  /** One list (a student on a suite) as it came from its shard, with what is looked up often. */
  function makeList(about, index) {
    return {
      ...about,
      key: about.index,
      suiteNumber: about.index.split("-")[0],
      ids: index.ids,
      index,
      slices: new Map(Object.entries(index.slices ?? {})),
      evidence: new Set(Object.values(index.evidence ?? {}).flat()),
      haystacks: null,
    };
  }

  /** Rows of a page: the list's own pairs under the page's slice, or the drawn pairs of several lists in their order. */
  function makeRows(lists, page) {
    if (!page.draw) {
      const [list] = lists;
      const conditions = Object.entries(page.slice ?? {});
      const at = [];
      for (let place = 0; place < list.ids.length; place += 1) if (holds(list, place, conditions)) at.push(place);
      return { lists, of: null, at: Int32Array.from(at), missing: 0 };
    }
    const places = new Map(lists.map((list, n) => [list.key, new Map(list.ids.map((id, place) => [id, [n, place]]))]));
    const found = page.draw.items.map(([key, id]) => places.get(key)?.get(id));
    const kept = found.filter(Boolean);
    return {
      lists, missing: found.length - kept.length,
      of: Int32Array.from(kept, ([n]) => n), at: Int32Array.from(kept, ([, place]) => place),
    };
  }

  const listOf = (rows, row) => rows.lists[rows.of ? rows.of[row] : 0];

  function valueOf(list, place, name) {
    const slice = list.slices.get(name);
    const code = slice ? slice.codes[place] : -1;
    return code >= 0 ? slice.values[code] : null;
  }

  function holds(list, place, conditions) {
    for (const [name, wanted] of conditions) if (valueOf(list, place, name) !== wanted) return false;
    return true;
  }

  /** What a row is shown with. */
  function pairAt(rows, row) {
    const list = listOf(rows, row);
    const place = rows.at[row];
    const { index } = list;
    const side = (which, model) => ({
      model,
      outcome: OUTCOMES[index[`${which}_outcome`][place]] ?? "failed",
      score: index[`${which}_score`][place],
      answer: index[`${which}_answer`][place],
    });
    return {
      list, place, sample: list.ids[place], weight: index.weight?.[place] ?? 1, snippet: index.snippet?.[place] ?? "", block: index.block[place],
      teacher: side("teacher", list.teacher), student: side("student", list.student),
      detectors: Object.entries(index.evidence ?? {}).filter(([, places]) => places.includes(place)).map(([name]) => name),
      slices: [...list.slices.keys()].map((name) => [name, valueOf(list, place, name)]).filter(([, value]) => value !== null),
    };
  }

  /** Tests by the name of a filter: of a list and a place in it. */
  const TESTS = {
    all: () => true,
    lost: ({ index }, p) => index.teacher_score[p] > index.student_score[p],
    gained: ({ index }, p) => index.student_score[p] > index.teacher_score[p],
    split: ({ index }, p) => index.teacher_score[p] !== index.student_score[p],
    neither: ({ index }, p) => index.teacher_outcome[p] !== 0 && index.student_outcome[p] !== 0,
    evidence: (list, p) => list.evidence.has(p),
    unanswered: ({ index }, p) => UNANSWERED.includes(index.student_outcome[p]),
    anyUnanswered: ({ index }, p) => UNANSWERED.includes(index.student_outcome[p]) || UNANSWERED.includes(index.teacher_outcome[p]),
  };

  function testOf(filter, isMarked) {
    if (filter === "marked") return isMarked;
    if (filter === "unmarked") return (list, place) => !isMarked(list, place);
    return Object.hasOwn(TESTS, filter) ? TESTS[filter] : TESTS.all;
  }

  function haystacksOf(list) {
    const { index } = list;
    list.haystacks ??= list.ids.map((id, p) =>
      [id, index.snippet?.[p] ?? "", index.teacher_answer[p] ?? "", index.student_answer[p] ?? ""].join("\n").toLowerCase());
    return list.haystacks;
  }

  /** Numbers of the rows asked for, and how many each filter would leave. `deep`: rows whose texts hold the search, or null. */
  function select(rows, { filter, filters, search, slices, deep, isMarked }) {
    const tests = filters.map((name) => testOf(name, isMarked));
    const counts = new Array(filters.length).fill(0);
    const chosen = filters.indexOf(filter);
    const conditions = [...slices];
    const words = search.toLowerCase();
    const found = [];
    for (let row = 0; row < rows.at.length; row += 1) {
      const list = listOf(rows, row);
      const place = rows.at[row];
      if (conditions.length && !holds(list, place, conditions)) continue;
      if (words && !haystacksOf(list)[place].includes(words) && !deep?.has(row)) continue;
      for (let n = 0; n < tests.length; n += 1) {
        if (!tests[n](list, place)) continue;
        counts[n] += 1;
        if (n === chosen) found.push(row);
      }
    }
    return { found: Int32Array.from(found), counts };
  }

  /** Slice names with their values and how many rows hold each, the most frequent first. */
  function sliceChoices(rows, fixed) {
    const names = new Set(rows.lists.flatMap((list) => [...list.slices.keys()]).filter((name) => !fixed.has(name)));
    return [...names].map((name) => {
      const counts = new Map();
      for (let row = 0; row < rows.at.length; row += 1) {
        const value = valueOf(listOf(rows, row), rows.at[row], name);
        if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return { name, values: [...counts].sort((a, b) => b[1] - a[1]) };
    }).filter(({ values }) => values.length > 1);
  }

  function rowOf(rows, key, sample) {
    for (let row = 0; row < rows.at.length; row += 1) {
      const list = listOf(rows, row);
      if (list.key === key) {
        const id = list.ids[rows.at[row]];
        if (id === sample || viva.wellFormed(id) === sample) return row;
      }
    }
    return -1;
  }

  Object.assign(viva, { OUTCOMES, KINDS, makeList, makeRows, pairAt, select, sliceChoices, rowOf, listOf });
})();
