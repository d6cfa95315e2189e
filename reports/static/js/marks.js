// A reviewer's marks: kept in the browser at every change, under the evaluation's digest, and never thrown away silently.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const MARKS = ["right", "wrong", "unsure"];
  const VERSION = 1;

  /** What a mark is of: one grade, by one reviewer, for one draw or none. */
  const identity = (mark) => JSON.stringify([mark.reviewer, mark.suite, mark.sample, mark.model, mark.attempt, mark.draw ?? null]);

  class Marks {
    constructor({ evaluation, run }) {
      Object.assign(this, {
        evaluation, run, key: `viva-marks:${evaluation}`, reviewer: "", kept: new Map(), version: 0, unsaved: false,
        barred: false, exportedAt: null, trouble: "",
      });
      this.read();
      const last = Math.max(-1, ...this.all().map((mark) => Date.parse(mark.at) || 0));
      this.reviewer = this.stored?.reviewer ?? this.all().find((mark) => Date.parse(mark.at) === last)?.reviewer ?? "";
    }

    all() {
      return [...this.kept.values()];
    }

    /** Marks of the present reviewer. */
    mine() {
      return this.all().filter((mark) => mark.reviewer === this.reviewer);
    }

    get(grade) {
      return this.kept.get(identity({ ...grade, reviewer: this.reviewer })) ?? null;
    }

    /** Take in what the browser holds: another tab may have written since. What cannot be read is set aside, not overwritten. */
    read() {
      if (this.barred) return;
      this.version += 1;
      let text = null;
      try {
        text = globalThis.localStorage.getItem(this.key);
      } catch {
        this.trouble = "This browser keeps nothing for this page. Marks last until it is closed: export them before.";
        return;
      }
      if (text === null) return;
      try {
        this.stored = JSON.parse(text);
        if (!Array.isArray(this.stored.marks)) throw new Error("no list of marks");
        this.kept = new Map(this.stored.marks.map((mark) => [identity(mark), mark]));
      } catch {
        this.stored = null;
        this.setAside(text);
      }
    }

    /** Unreadable marks move to a key of their own. Where that fails they stay, and nothing is written over them. */
    setAside(text) {
      try {
        globalThis.localStorage.setItem(`${this.key}:unreadable:${Date.now()}`, text);
        this.trouble = "Earlier marks in this browser could not be read. They were set aside, not deleted.";
      } catch {
        Object.assign(this, { barred: true, unsaved: true });
        this.trouble = "Earlier marks in this browser could not be read, nor set aside, so they stay as they are. " +
          "New marks last until this page is closed: export them before.";
      }
    }

    keep(key, text) {
      if (this.barred) return;
      try {
        globalThis.localStorage.setItem(key, text);
        this.unsaved = false;
      } catch {
        this.unsaved = true;
        this.trouble ||= "This browser refused to keep the marks. They last until this page is closed: export them before.";
      }
    }

    /** Apply a change to what is stored now and write the whole. */
    change(apply) {
      if (!this.unsaved) this.read();
      apply(this.kept);
      this.version += 1;
      this.exportedAt = null;
      this.stored = { viva_marks: VERSION, evaluation: this.evaluation, reviewer: this.reviewer, marks: this.all() };
      this.keep(this.key, JSON.stringify(this.stored));
    }

    set(grade, { mark, note, blind }) {
      const made = { ...grade, reviewer: this.reviewer, mark, note, blind, at: new Date().toISOString() };
      this.change((kept) => kept.set(identity(made), made));
    }

    remove(grade) {
      this.change((kept) => kept.delete(identity({ ...grade, reviewer: this.reviewer })));
    }

    /** Another name. Marks without a name become the new name's; those of a name stay with it. */
    rename(name) {
      const nameless = this.reviewer === "";
      const before = this.mine();
      this.reviewer = name;
      this.change((kept) => {
        if (nameless) moveAll(kept, before, name);
      });
      return nameless ? [] : before;
    }

    /** The same reviewer under another spelling: marks move to the present name. */
    move(before) {
      this.change((kept) => moveAll(kept, before, this.reviewer));
    }

    exported() {
      const marks = this.mine().map(({ suite, student, sample, model, attempt, mark, note, blind, draw, at }) =>
        ({ suite, student, sample, model, attempt, mark, note, blind, draw, at }));
      const { evaluation, run, reviewer } = this;
      return { viva_marks: VERSION, evaluation, run, reviewer, exported_at: new Date().toISOString(), marks };
    }

    /** Merge an export; of two marks of one grade the later counts. Returns what happened, in words; throws an Error in words. */
    merge(text) {
      const { reviewer, marks } = checkedExport(text, this.evaluation);
      let [added, replaced, left] = [0, 0, 0];
      if (this.reviewer === "" && !this.mine().length) this.reviewer = reviewer;
      this.change((kept) => {
        for (const mark of marks) {
          const made = { ...mark, reviewer };
          const earlier = kept.get(identity(made));
          if (earlier && Date.parse(earlier.at) >= Date.parse(made.at)) left += 1;
          else {
            kept.set(identity(made), made);
            if (earlier) replaced += 1;
            else added += 1;
          }
        }
      });
      const whose = reviewer === this.reviewer ? "" : ` They stand under the name ${viva.plain(reviewer) || "(none)"}; enter it as reviewer to see them.`;
      return `${viva.numberOf(added, "mark")} added, ${viva.count(replaced)} replaced by later ones, ${viva.count(left)} already here.${whose}`;
    }
  }

  function moveAll(kept, marks, name) {
    for (const mark of marks) {
      kept.delete(identity(mark));
      const moved = { ...mark, reviewer: name };
      const present = kept.get(identity(moved));
      if (!present || Date.parse(present.at) < Date.parse(mark.at)) kept.set(identity(moved), moved);
    }
  }

  function checkedExport(text, evaluation) {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      throw new Error("This file is not JSON, so it is no export of marks.");
    }
    if (data?.viva_marks !== VERSION || !Array.isArray(data.marks)) throw new Error("This file is no export of marks that this page can read.");
    if (data.evaluation !== evaluation) throw new Error("These marks are of another evaluation, so they were not taken in.");
    const bad = data.marks.findIndex((mark) => !isMark(mark));
    if (bad >= 0) throw new Error(`Mark ${bad + 1} of this file is damaged, so nothing was taken in.`);
    return { reviewer: String(data.reviewer ?? ""), marks: data.marks.map(copied) };
  }

  const isMark = (mark) =>
    mark !== null && typeof mark === "object" && MARKS.includes(mark.mark) && Number.isInteger(mark.attempt) && !Number.isNaN(Date.parse(mark.at)) &&
    ["suite", "student", "sample", "model"].every((name) => typeof mark[name] === "string");

  const copied = ({ suite, student, sample, model, attempt, mark, note, blind, draw, at }) =>
    ({ suite, student, sample, model, attempt, mark, note: String(note ?? ""), blind: Boolean(blind), draw: draw ?? null, at });

  /** A number below 2^32 drawn from names, always the same for the same ones (FNV-1a with a final mix). */
  function drawnFrom(...names) {
    let hash = 0x811c9dc5;
    for (const character of JSON.stringify(names)) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  Object.assign(viva, { Marks, drawnFrom });
})();
