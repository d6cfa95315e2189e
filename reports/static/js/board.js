// The reviewer's row: name, blind mode, marks counted, exported and taken in; and the help.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const KEYS = [
    ["j", "next pair"], ["k", "previous pair"], ["1", "mark the grade right"], ["2", "mark the grade wrong"], ["3", "mark unsure"], ["4", "clear the mark"],
    ["s", "mark the other model's grade"], ["n", "write a note"], ["d", "word differences on or off"], ["/", "search"], ["f", "next filter"], ["b", "blind mode on or off"],
    ["?", "this help"], ["Esc", "leave a field or this help"],
  ];
  const BLIND = "Blind: models are called A and B, in an order drawn for each pair. Names, detector evidence, tokens and seconds are hidden, " +
    "and so is what could name a model: failures, sources of references, reasons of grades made beside the teacher. " +
    "The list is in a drawn order, and attempts can be chosen only where both have as many. Outcomes stay, since a mark is about the grade; " +
    "a text may still give its author away.";

  function board(view, act) {
    const file = viva.element("input", { type: "file", id: "viva-import", class: "visually-hidden", accept: ".json,application/json", tabindex: "-1", onchange: (event) => act.import(event.target) });
    const name = viva.element("input", { type: "text", id: "viva-reviewer", autocomplete: "off", spellcheck: "false", maxlength: "80", onchange: (event) => act.rename(event.target.value.trim()) });
    name.value = view.reviewer;
    return [
      viva.labelled("Reviewer", name),
      viva.element("button", { type: "button", "aria-pressed": String(view.blind), onclick: act.blind }, "Blind", viva.element("kbd", { class: "key" }, "b")),
      viva.element("span", { class: "counted" }, viva.element("strong", {}, view.progress)),
      viva.element("button", { type: "button", onclick: act.export }, "Export marks"),
      viva.element("label", { class: "visually-hidden", for: "viva-import" }, "A file of exported marks"),
      file,
      viva.element("button", { type: "button", onclick: () => file.click() }, "Import marks"),
      viva.element("button", { type: "button", onclick: act.help }, "Keys", viva.element("kbd", { class: "key" }, "?")),
      view.blind ? viva.element("p", { class: "note wide" }, BLIND) : null,
      view.trouble ? viva.element("p", { class: "absent wide" }, view.trouble) : null,
    ];
  }

  function helpDialog(act) {
    const shortcuts = viva.element("input", { type: "checkbox", id: "viva-keys-on", onchange: (event) => act.keys(event.target.checked) });
    shortcuts.checked = true;
    const dialog = viva.element(
      "dialog", { class: "viva-help", "aria-labelledby": "viva-help-title" },
      viva.element("h3", { id: "viva-help-title", tabindex: "-1" }, "Keys"),
      viva.element("dl", {}, KEYS.map(([key, what]) => viva.element("div", {}, viva.element("dt", {}, viva.element("kbd", {}, key)), viva.element("dd", {}, what)))),
      viva.element("p", {}, shortcuts, viva.element("label", { for: "viva-keys-on" }, " Single keys work on this page")),
      viva.element("p", { class: "note" }, "Marks stay in this browser until you export them. A mark says whether one grade is right; it never changes the grade."),
      viva.element("button", { type: "button", onclick: () => dialog.close() }, "Close"),
    );
    return dialog;
  }

  /** A file for the reader to keep, made in the browser. */
  function download(name, text) {
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  Object.assign(viva, { board, helpDialog, download });
})();
