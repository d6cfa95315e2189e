// Whose marks they are: a reviewer's name, marks made before it was given, and marks that leave the page and come back.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});

  function rename(reader, name) {
    const before = reader.marks.reviewer;
    reader.marks.rename(name);
    reader.drafts.clear();
    whenReleased(reader, () => {
      viva.afterMarks(reader);
      reader.parts.notice.replaceChildren();
      const left = before && before !== name ? reader.marks.of(before).length : 0;
      if (left && name) ask(reader, `${viva.numberOf(left, "mark")} ${left === 1 ? "stays" : "stay"} under the name ${shortName(before)}.`, before, "The same person: move them here", "Leave them there");
      askOfUnnamed(reader);
    });
  }

  /** Draw now; or, where a click has begun that took the focus from a field, after it: a button drawn anew would not get it. */
  function whenReleased(reader, draw) {
    if (reader.isPressed) addEventListener("pointerup", () => setTimeout(draw), { once: true });
    else draw();
  }

  const shortName = (name) => viva.plain(viva.shorten(name, 40));

  /** Marks made before a name was given belong to nobody until somebody says so. */
  function askOfUnnamed(reader) {
    const { reviewer } = reader.marks;
    const unnamed = reader.marks.of("").length;
    if (!reviewer || !unnamed) return;
    const [were, them] = unnamed === 1 ? ["was", "it"] : ["were", "them"];
    ask(reader, `${viva.numberOf(unnamed, "mark")} ${were} made before a name was given: take ${them} as ${shortName(reviewer)}’s?`, "", "Yes", "No");
  }

  /** Ask whether the present reviewer takes the marks that stand under another name. */
  function ask(reader, question, from, yes, no) {
    const answered = (change) => () => {
      change();
      asking.remove();
      document.getElementById("viva-pair")?.focus({ preventScroll: true });
    };
    const take = answered(() => {
      reader.marks.take(from);
      viva.afterMarks(reader);
      reader.say(`They are marks of ${shortName(reader.marks.reviewer)} now.`);
    });
    const leave = answered(() => reader.say(from ? "They stay where they are." : "They stay without a name. Empty the reviewer's name to see them."));
    const asking = viva.element(
      "p", { class: "absent", role: "group", "aria-label": question }, `${question} `,
      viva.element("button", { type: "button", onclick: take }, yes), " ", viva.element("button", { type: "button", onclick: leave }, no),
    );
    reader.parts.notice.append(asking);
  }

  function exportMarks(reader) {
    const made = reader.marks.exported();
    const unnamed = made.reviewer ? reader.marks.of("").length : 0;
    if (unnamed) {
      reader.parts.notice.replaceChildren();
      askOfUnnamed(reader);
    }
    if (!made.marks.length) return reader.say(unnamed ? "No mark stands under this name yet: answer the question above, then export." : "There is no mark to export yet.");
    if (!made.reviewer) {
      document.getElementById("viva-reviewer").focus();
      return reader.say("Enter the reviewer's name first: marks without a name cannot be compared.");
    }
    const digest = reader.page.evaluation.replace(/^sha256:/, "").replace(/[^0-9a-z]/gi, "").slice(0, 8);
    viva.download(`marks-${digest}.json`, `${JSON.stringify(made, null, 1)}\n`);
    reader.marks.exportedAt = Date.now();
    const left = unnamed ? ` ${viva.numberOf(unnamed, "mark")} without a name ${unnamed === 1 ? "is" : "are"} not among them.` : "";
    return reader.say(`${viva.numberOf(made.marks.length, "mark")} exported.${left} Take them in with: viva review import`);
  }

  async function importMarks(reader, input, again) {
    const [file] = input.files;
    if (!file) return;
    let said;
    try {
      said = reader.marks.merge(await file.text());
    } catch (error) {
      said = error.message;
    }
    input.value = "";
    again({});
    reader.redraw();
    reader.parts.notice.replaceChildren(viva.element("p", { class: "absent" }, said));
  }

  Object.assign(viva, { rename, exportMarks, importMarks });
})();
