// One pair: what was asked, both answers side by side, what they were worth, and the reviewer's marks of the grades.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const CHOICES = [["right", "Right", "1"], ["wrong", "Wrong", "2"], ["unsure", "Unsure", "3"]];

  const ANSWER = 200; // characters of an answer in a list

  const kindOf = (outcome) => viva.KINDS[outcome] ?? "inconclusive";

  /** The two sides in the order they are shown, with the names that the reader may see. */
  function sidesOf(pair, { blind, evaluation }) {
    const sides = [{ which: "teacher", ...pair.teacher }, { which: "student", ...pair.student }];
    if (!blind) return sides.map((side, place) => ({ ...side, place, label: side.model, role: side.which }));
    if (viva.drawnFrom("sides", evaluation, pair.list.suite, pair.list.student, pair.sample) % 2) sides.reverse();
    return sides.map((side, place) => ({ ...side, place, label: "AB"[place], role: "" }));
  }

  /** The place of the side that keys mark at first: the student; while blind the left one, which tells nothing. */
  const firstSide = (blind) => (blind ? 0 : 1);

  function passage(title, text, cut = 0) {
    const name = viva.plain(viva.shorten(title, 80));
    return viva.element("section", { class: "passage" }, viva.element("h4", {}, name), viva.box(text, name), viva.cutNote(cut));
  }

  function folded(title, text, cut) {
    if (text === null || text === undefined || text === "") return null;
    return viva.element("details", { class: "extra" }, viva.element("summary", {}, `${title} (${viva.numberOf(text.length, "character")})`), viva.box(text, title), viva.cutNote(cut));
  }

  function asked(texts, view) {
    const { reference } = texts;
    const source = view.blind ? null : texts.reference_source; // may be the name of a model
    return viva.element(
      "div", { class: "asked" },
      viva.element("div", { class: "turns" }, (texts.asked ?? []).map(({ role, text, cut }) => passage(role, text, cut))),
      viva.element(
        "div", { class: "wanted" },
        reference === null || reference === undefined
          ? viva.element("section", { class: "passage" }, viva.element("h4", {}, "Reference"), viva.element("p", { class: "note" }, "None: the teacher is the reference."))
          : passage(source ? `Reference (${source})` : "Reference", reference, texts.reference_cut),
        folded("Worked solution", texts.solution, texts.solution_cut),
        folded("Source text", texts.context, texts.context_cut),
        texts.choices?.length ? folded("Choices", texts.choices.join("\n"), 0) : null,
      ),
    );
  }

  /** The attempt that the pair's outcome and answer are of; the list's answers are shortened. */
  function attemptShown(attempts, side) {
    const isOf = ({ outcome, answer }) =>
      outcomeOf(outcome) === side.outcome && (side.answer === null ? (answer ?? null) === null : viva.shorten(answer ?? "", ANSWER) === viva.shorten(side.answer, ANSWER));
    return Math.max(attempts.findIndex(isOf), 0);
  }

  const outcomeOf = (outcome) => (typeof outcome === "number" ? viva.OUTCOMES[outcome] : outcome);

  function notesOf(attempt, view) {
    const notes = [];
    if (attempt.failure) notes.push(view.blind ? "The request failed." : `The request failed: ${viva.plain(viva.shorten(attempt.failure, 400))}`);
    else if (attempt.missing) notes.push("No text is stored for this attempt.");
    else if (attempt.text === "") notes.push("The answer is empty.");
    if (attempt.finish === "length") notes.push("Stopped at the limit of tokens.");
    if (view.blind) return notes;
    const spent = [];
    if (attempt.tokens !== null && attempt.tokens !== undefined) spent.push(viva.numberOf(attempt.tokens, "token"));
    if (attempt.latency_s !== null && attempt.latency_s !== undefined) spent.push(`${viva.count(attempt.latency_s)} s`);
    return spent.length ? [...notes, `${spent.join(", ")}.`] : notes;
  }

  /** A grader's reason and checks. While blind not those of our failures, nor of grades that are made beside the teacher's reply. */
  function gradedBy(attempt, measure, view) {
    if (view.blind && (measure !== "accuracy" || outcomeOf(attempt.outcome) === "failed")) return [];
    return [
      attempt.reason ? viva.element("p", { class: "note" }, "Grader: ", viva.element("bdi", {}, viva.shown(attempt.reason.slice(0, 2000)))) : null,
      attempt.faults?.length ? viva.element("ul", { class: "chips faults", "aria-label": "Checks that fell short" }, attempt.faults.map((fault) => viva.element("li", {}, viva.element("bdi", {}, viva.plain(fault))))) : null,
    ];
  }

  function chooser(side, attempts, shown, words, act) {
    if (!side.hasChoice || attempts.length < 2) return null;
    const select = viva.element(
      "select", { id: `viva-attempt-${side.place}`, onchange: (event) => act.attempt(side.which, event.target.selectedIndex) },
      attempts.map(({ outcome }, n) => viva.element("option", {}, `${n + 1} of ${attempts.length}: ${words[outcomeOf(outcome)] ?? "not graded"}`)),
    );
    select.selectedIndex = shown;
    return viva.labelled("Attempt", select);
  }

  function reasoningOf(attempt, side, changed) {
    if (!attempt.reasoning) return null;
    const title = `Reasoning (${viva.numberOf(attempt.reasoning.length, "character")})`;
    const tag = tagOf(side);
    return viva.element(
      "details", { class: "extra reasoning" }, viva.element("summary", {}, title),
      viva.box(attempt.reasoning, `Reasoning of ${side.label}`, viva.stretched(attempt.reasoning, changed, tag, [])), viva.cutNote(attempt.reasoning_cut),
    );
  }

  const tagOf = (side) => (side.place === 0 ? "del" : "ins");

  function marking(side, view, act) {
    const { mark, note, isCurrent } = side.marked;
    const group = viva.element(
      "fieldset", { class: isCurrent ? "marking current" : "marking", onfocusin: () => act.side(side.place) },
      viva.element("legend", {}, `Is this grade of ${viva.plain(viva.shorten(side.label, 40))} right?`),
      viva.element(
        "div", { class: "buttons" },
        CHOICES.map(([value, label, key]) =>
          viva.element("button", { type: "button", class: `choose ${value}`, "aria-pressed": String(mark === value), onclick: () => act.mark(side.place, value) }, label, viva.element("kbd", { class: "key" }, key))),
        viva.element("button", { type: "button", class: "choose clear", onclick: () => act.mark(side.place, null) }, "Clear", viva.element("kbd", { class: "key" }, "4")),
      ),
      viva.element("label", { class: "noted", for: `viva-note-${side.place}` }, "Note"),
      viva.element("textarea", { id: `viva-note-${side.place}`, rows: 2, spellcheck: "false", oninput: (event) => act.note(side.place, event.target.value) }),
      viva.element("p", { class: "note where-keys" }, isCurrent ? "Keys 1 to 4 mark this grade." : "Press s for keys 1 to 4 to mark this grade."),
    );
    group.querySelector("textarea").value = note;
    return group;
  }

  function sideView(side, view, act) {
    const { attempt, attempts, shown, words, found, changed } = side;
    const head = [
      viva.element("h4", {}, viva.element("bdi", {}, viva.plain(viva.shorten(side.label, 80))), side.role ? viva.element("span", { class: "tier" }, side.role) : null,
        viva.badge({ outcome: outcomeOf(attempt?.outcome) ?? side.outcome }, words)),
    ];
    if (!attempt) return viva.element("section", { class: "side" }, head, viva.element("p", { class: "note" }, "No text is stored for this pair."), marking(side, view, act));
    const answer = attempt.answer ?? null;
    const isScored = ["correct", "incorrect"].includes(outcomeOf(attempt.outcome) ?? side.outcome); // without an answer: by an imported score, say
    return viva.element(
      "section", { class: "side", "aria-label": `Answer of ${viva.plain(viva.shorten(side.label, 80))}` }, head,
      chooser(side, attempts, shown, words, act),
      answer === null && isScored ? null :
        viva.element("p", { class: "extracted" }, "Extracted answer: ", viva.element("bdi", {}, answer === null ? "nothing could be extracted" : viva.shown(answer.slice(0, 2000)))),
      gradedBy(attempt, side.measure, view),
      notesOf(attempt, view).map((note) => viva.element("p", { class: "note" }, note)),
      attempt.text ? viva.box(attempt.text, `Answer of ${side.label}`, viva.stretched(attempt.text, changed.text, tagOf(side), found.within)) : null,
      viva.cutNote(attempt.cut),
      found.notes.length ? viva.element("ol", { class: "footnotes" }, found.notes.map((note) => viva.element("li", {}, viva.element("bdi", {}, viva.plain(note))))) : null,
      found.beyond ? viva.element("p", { class: "note" }, `${viva.numberOf(found.beyond, "mark")} of detectors lie beyond the text shown.`) : null,
      reasoningOf(attempt, side, changed.reasoning),
      folded("Tool calls", attempt.tools, 0),
      marking(side, view, act),
    );
  }

  const NOTHING = { first: [], second: [], note: "" };

  /** Both sides with the attempt shown, what differs, and what detectors marked. */
  function facing(pair, texts, view) {
    const answers = new Map(Object.entries(texts.answers ?? {}));
    const attemptsOf = (side) => answers.get(side.model) ?? [];
    const both = sidesOf(pair, view);
    const hasChoice = !view.blind || attemptsOf(both[0]).length === attemptsOf(both[1]).length; // how many tells who it is
    const sides = both.map((side) => {
      const attempts = attemptsOf(side);
      const shown = Math.min((hasChoice ? view.attempts[side.which] : null) ?? attemptShown(attempts, side), Math.max(attempts.length - 1, 0));
      return { ...side, attempts, hasChoice, measure: pair.list.measure, shown, attempt: attempts[shown] ?? null, words: pair.list.words, number: attempts[shown]?.attempt ?? shown, marked: view.marked(pair, side, attempts[shown]?.attempt ?? shown) };
    });
    const [first, second] = sides.map(({ attempt }) => attempt);
    const diff = view.diff && first && second ? viva.wordDiff(first.text ?? "", second.text ?? "") : NOTHING;
    const thought = view.diff && first?.reasoning && second?.reasoning ? viva.wordDiff(first.reasoning, second.reasoning) : NOTHING;
    sides.forEach((side, n) => {
      const which = n === 0 ? "first" : "second";
      side.changed = { text: diff[which], reasoning: thought[which] };
      side.found = view.blind || !side.attempt ? { within: [], notes: [], beyond: 0 } : viva.numbered(side.attempt.text ?? "", side.attempt.marks ?? []);
    });
    return { sides, note: diff.note, thoughtNote: thought.note };
  }

  function legend(faced, view, act) {
    const [first, second] = faced.sides.map(({ label }) => viva.plain(viva.shorten(label, 40)));
    const explained = faced.note
      ? [faced.note]
      : [viva.element("del", {}, "Broken line"), `: only ${first} wrote it. `, viva.element("ins", {}, "Full line"), `: only ${second} wrote it.`];
    return viva.element(
      "p", { class: "compare" },
      viva.element("button", { type: "button", "aria-pressed": String(view.diff), onclick: () => act.diff() }, "Word differences", viva.element("kbd", { class: "key" }, "d")),
      viva.element("span", { class: "note" }, view.diff ? explained : "", view.diff && faced.thoughtNote && faced.thoughtNote !== faced.note ? ` Reasoning: ${faced.thoughtNote}` : ""),
    );
  }

  function heading(pair, view) {
    const chips = pair.slices.map(([name, value]) => viva.element("li", {}, viva.element("bdi", {}, `${viva.plain(viva.shorten(name, 40))}=${viva.plain(viva.shorten(value, 60))}`)));
    const told = [];
    if (!view.blind && pair.detectors.length) told.push(`Suspected mimicry: ${pair.detectors.map(viva.plain).join(", ")}.`);
    if (pair.weight !== 1) told.push(`Weight in the traffic: ${viva.count(pair.weight)}.`);
    return viva.element(
      "header", {},
      viva.element("h3", { id: "viva-pair", tabindex: "-1" }, "Pair ", viva.element("bdi", { class: "sample" }, viva.plain(viva.shorten(pair.sample, 160)))),
      viva.element("ul", { class: "chips" }, view.blind ? null : viva.element("li", {}, viva.element("bdi", {}, viva.plain(`${pair.list.student} on ${pair.list.suite}`))), chips),
      told.length ? viva.element("p", { class: "note" }, told.join(" ")) : null,
    );
  }

  function pairView(pair, texts, view, act) {
    const faced = facing(pair, texts, view);
    const body = viva.element(
      "article", { class: "pair", "aria-labelledby": "viva-pair" },
      heading(pair, view), asked(texts, view), legend(faced, view, act), viva.element("div", { class: "sides" }, faced.sides.map((side) => sideView(side, view, act))),
    );
    return { body, sides: faced.sides };
  }

  Object.assign(viva, { kindOf, outcomeOf, sidesOf, firstSide, pairView });
})();
