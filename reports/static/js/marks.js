// A reviewer's marks: kept in the browser at every change, under the evaluation's digest, and never thrown away silently.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const MARKS = ["right", "wrong", "unsure"];
  const VERSION = 1;

  /** What a mark is of: one grade, by one reviewer, for one draw or none. */
  const identity = (mark) => JSON.stringify([mark.reviewer, mark.suite, mark.sample, mark.model, mark.attempt, mark.draw ?? null]);

  const REFUSED = "This browser refused to keep the marks. They last until it keeps them or this page is closed: export them before.";

  /** `kept`: every mark by its identity. `pending`: changes that the browser has not kept yet, a removal as a null mark. */
  class Marks {
    constructor({ evaluation, run }) {
      Object.assign(this, {
        evaluation, run, key: `viva-marks:${evaluation}`, reviewer: "", kept: new Map(), pending: new Map(), version: 0, barred: false,
        exportedAt: null, trouble: "",
      });
      this.read();
      const last = Math.max(-1, ...this.all().map((mark) => Date.parse(mark.at) || 0));
      this.reviewer = this.stored?.reviewer ?? this.all().find((mark) => Date.parse(mark.at) === last)?.reviewer ?? "";
    }

    all() {
      return [...this.kept.values()];
    }

    of(reviewer) {
      return this.all().filter((mark) => mark.reviewer === reviewer);
    }

    /** Marks of the present reviewer. */
    mine() {
      return this.of(this.reviewer);
    }

    get(grade) {
      return this.kept.get(identity({ ...grade, reviewer: this.reviewer })) ?? null;
    }

    get unsaved() {
      return this.pending.size > 0;
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
        this.overlay();
      } catch {
        this.stored = null;
        this.setAside(text);
      }
    }

    /** Lay the changes of this tab over what was read; of two marks of one grade the later counts. */
    overlay() {
      for (const [key, { mark, at }] of this.pending) {
        const read = this.kept.get(key);
        if (read && Date.parse(read.at) > at) this.pending.delete(key);
        else place(this.kept, key, mark);
      }
    }

    /** Unreadable marks move to a key of their own. Where that fails they stay, and nothing is written over them. */
    setAside(text) {
      try {
        globalThis.localStorage.setItem(`${this.key}:unreadable:${Date.now()}`, text);
        this.trouble = "Earlier marks in this browser could not be read. They were set aside, not deleted.";
      } catch {
        this.barred = true;
        this.trouble = "Earlier marks in this browser could not be read, nor set aside, so they stay as they are. " +
          "New marks last until this page is closed: export them before.";
      }
    }

    /** Another tab has written: take that in, and try again to have the own changes kept. */
    sync() {
      this.read();
      if (this.unsaved) this.write();
    }

    write() {
      this.stored = { viva_marks: VERSION, evaluation: this.evaluation, reviewer: this.reviewer, marks: this.all() };
      if (this.barred) return;
      try {
        globalThis.localStorage.setItem(this.key, JSON.stringify(this.stored));
        this.pending.clear();
        if (this.trouble === REFUSED) this.trouble = "";
      } catch {
        this.trouble ||= REFUSED;
      }
    }

    /** Apply changes to what is stored now and write the whole. `changesOf` makes `[identity, mark or null]` from the marks kept. */
    change(changesOf) {
      this.read();
      for (const [key, mark] of changesOf(this.kept)) {
        this.pending.set(key, { mark, at: mark ? Date.parse(mark.at) : Date.now() });
        place(this.kept, key, mark);
      }
      this.version += 1;
      this.exportedAt = null;
      this.write();
    }

    set(grade, { mark, note, blind }) {
      const made = { ...grade, reviewer: this.reviewer, mark, note, blind, at: new Date().toISOString() };
      this.change(() => [[identity(made), made]]);
    }

    remove(grade) {
      this.change(() => [[identity({ ...grade, reviewer: this.reviewer }), null]]);
    }

    /** Another name. Marks stay with the name under which they were made, and those without a name stay so. */
    rename(name) {
      this.reviewer = name;
      this.change(() => []);
    }

    /** Give the present reviewer the marks of another name, or those without one (""). */
    take(from) {
      if (from !== this.reviewer) this.change((kept) => this.of(from).flatMap((mark) => moved(kept, mark, this.reviewer)));
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
        const changes = new Map();
        for (const mark of marks) {
          const made = { ...mark, reviewer };
          const earlier = changes.get(identity(made)) ?? kept.get(identity(made));
          if (earlier && Date.parse(earlier.at) >= Date.parse(made.at)) left += 1;
          else {
            changes.set(identity(made), made);
            if (earlier) replaced += 1;
            else added += 1;
          }
        }
        return changes;
      });
      const whose = reviewer === this.reviewer ? "" : ` They stand under the name ${viva.plain(reviewer) || "(none)"}; enter it as reviewer to see them.`;
      return `${viva.numberOf(added, "mark")} added, ${viva.count(replaced)} replaced by later ones, ${viva.count(left)} already here.${whose}`;
    }
  }

  function place(kept, key, mark) {
    if (mark) kept.set(key, mark);
    else kept.delete(key);
  }

  /** The changes that give a mark another reviewer, who may have marked the same grade later. */
  function moved(kept, mark, reviewer) {
    const made = { ...mark, reviewer };
    const present = kept.get(identity(made));
    const isLater = !present || Date.parse(present.at) < Date.parse(mark.at);
    return [[identity(mark), null], ...(isLater ? [[identity(made), made]] : [])];
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
