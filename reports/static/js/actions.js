// What the reader's buttons and keys do.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});

  /** Every action by its name; buttons and keys call the same ones. */
  function actionsOf(reader) {
    const again = (change) => {
      Object.assign(reader, change);
      reader.select();
      if (!reader.found.includes(reader.open)) reader.show(reader.found[0] ?? -1);
      else reader.drawSteps();
      reader.remember("replaceState");
    };
    const act = {
      filter: (filter) => again({ filter }),
      all: () => {
        reader.parts.search.value = "";
        again({ filter: "all", search: "", slices: new Map() });
      },
      slice: (name, value) => {
        const slices = new Map(reader.slices);
        if (value === null) slices.delete(name);
        else slices.set(name, value);
        again({ slices });
      },
      search: (text) => {
        clearTimeout(act.typing);
        act.typing = setTimeout(() => again({ search: text.trim() }), 120);
      },
      deep: () => searchTexts(reader, again),
      list: async (n) => {
        await reader.loadList({ list: reader.page.lists[n].index });
        act.all();
      },
      page: (n) => {
        reader.listPage = n;
        reader.drawList();
        reader.parts.list.querySelector("a")?.focus();
      },
      follow: (event, row) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        open(reader, row, "pushState");
      },
      step: (by) => {
        const at = reader.found.indexOf(reader.open);
        const next = at < 0 ? 0 : at + by;
        if (next < 0 || next >= reader.found.length) reader.say(by > 0 ? "This is the last pair of the list." : "This is the first pair of the list.");
        else open(reader, reader.found[next], "replaceState");
      },
      attempt: (which, n) => {
        reader.attempts[which] = n;
        reader.redraw();
      },
      diff: () => {
        reader.diff = !reader.diff;
        reader.redraw();
      },
      side: (place) => {
        if (reader.side === place) return;
        reader.side = place;
        showSide(reader);
      },
      otherSide: () => {
        act.side(1 - reader.side);
        reader.say(`Keys 1 to 4 mark the grade of ${viva.plain(currentOf(reader)?.label ?? "")}.`);
      },
      mark: (place, value) => mark(reader, place, value),
      note: (place, text) => note(reader, place, text),
      blind: () => {
        const blind = !reader.blind;
        viva.rememberFor("viva-blind", blind ? "yes" : "no");
        reader.blind = blind;
        reader.order();
        again({ deep: null, filter: viva.filterFor(reader.filter, blind), side: viva.firstSide(blind) });
        reader.redraw();
        reader.say(blind ? "Blind mode is on." : "Blind mode is off.");
      },
      rename: (name) => viva.rename(reader, name),
      export: () => viva.exportMarks(reader),
      import: (input) => viva.importMarks(reader, input, again),
      help: () => reader.parts.help.showModal(),
      keys: (isOn) => (reader.keysOn = isOn),
    };
    return act;
  }

  async function open(reader, row, how) {
    const showing = reader.show(row);
    reader.remember(how);
    await showing;
    const heading = document.getElementById("viva-pair");
    if (reader.open !== row || !heading) return;
    heading.focus({ preventScroll: true });
    const { top, bottom } = reader.parts.pair.parentElement.getBoundingClientRect();
    if (top > innerHeight / 2 || bottom < 0 || top < 0) reader.parts.pair.parentElement.scrollIntoView({ block: "start" });
  }

  const currentOf = (reader) => reader.sides[reader.side];

  function showSide(reader) {
    reader.parts.pair.querySelectorAll(".marking").forEach((group, n) => {
      const isCurrent = n === reader.side;
      group.classList.toggle("current", isCurrent);
      group.querySelector(".where-keys").textContent = isCurrent ? "Keys 1 to 4 mark this grade." : "Press s for keys 1 to 4 to mark this grade.";
    });
  }

  function gradeOn(reader, place) {
    const side = reader.sides[place];
    return side?.attempt ? { side, grade: reader.gradeOf(reader.opened.pair, side, side.number) } : null;
  }

  function mark(reader, place, value) {
    const on = gradeOn(reader, place);
    if (!on) return reader.say("There is no answer here to mark.");
    const earlier = reader.marked(reader.opened.pair, on.side, on.side.number);
    reader.side = place;
    if (value === null) {
      if (earlier.note) reader.drafts.set(JSON.stringify(on.grade), earlier.note); // a note is not lost with its mark
      reader.marks.remove(on.grade);
    } else {
      reader.marks.set(on.grade, { mark: value, note: earlier.note, blind: reader.blind });
      reader.drafts.delete(JSON.stringify(on.grade));
    }
    afterMarks(reader);
    return reader.say(value === null ? `Mark of ${viva.plain(on.side.label)} cleared.` : `Grade of ${viva.plain(on.side.label)} marked ${value}.`);
  }

  /** A note needs a mark: the first letter marks the grade unsure. A mark made with names seen stays one. */
  function note(reader, place, text) {
    const on = gradeOn(reader, place);
    if (!on) return;
    const earlier = reader.marks.get(on.grade);
    if (!earlier && text.trim() === "") return;
    reader.marks.set(on.grade, { mark: earlier?.mark ?? "unsure", note: text, blind: earlier ? earlier.blind : reader.blind });
    if (!earlier) {
      reader.say("Marked unsure, since a note needs a mark.");
      reader.parts.pair.querySelectorAll(".marking")[place].querySelector(".unsure").setAttribute("aria-pressed", "true");
      reader.drawList();
    }
    reader.drawBoard();
  }

  /** Counts change at once; the list itself stays until the reader asks again, so that a marked pair does not vanish. */
  function afterMarks(reader) {
    reader.counts = reader.selected().counts;
    reader.redraw();
    reader.drawBoard();
    reader.drawList();
  }

  /** Search every text of the rows, block by block; only the rows found are kept. */
  async function searchTexts(reader, again) {
    const search = reader.search;
    const words = search.toLowerCase();
    const rows = new Set();
    const blocks = new Map();
    for (let row = 0; row < reader.rows.at.length; row += 1) {
      const list = viva.listOf(reader.rows, row);
      const key = `${list.suiteNumber}-${list.index.block[reader.rows.at[row]]}`;
      blocks.set(key, [...(blocks.get(key) ?? []), row]);
    }
    let done = 0;
    for (const [key, members] of blocks) {
      if (reader.search !== search) return;
      const texts = await viva.loadTexts(...key.split("-"));
      for (const row of members) {
        const list = viva.listOf(reader.rows, row);
        const found = texts.get(list.ids[reader.rows.at[row]]);
        if (found && holdsWords(found, [list.teacher, list.student], words)) rows.add(row);
      }
      done += 1;
      if (done % 10 === 0) reader.say(`Searched ${viva.count(done)} of ${viva.numberOf(blocks.size, "block")} of texts …`);
    }
    reader.deep = { search, rows };
    again({});
  }

  function holdsWords(texts, models, words) {
    const answers = new Map(Object.entries(texts.answers ?? {}));
    const attempts = models.flatMap((model) => answers.get(model) ?? []);
    const passages = [...(texts.asked ?? []).map(({ text }) => text), texts.reference, texts.solution, texts.context, ...attempts.flatMap(({ text, reasoning, reason }) => [text, reasoning, reason])];
    return passages.some((passage) => passage && String(passage).toLowerCase().includes(words));
  }

  Object.assign(viva, { actionsOf, afterMarks });
})();
