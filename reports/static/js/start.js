// The page comes to life: what is open, what was asked for, and what each key and button does about it.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});

  class Reader {
    constructor(page, root) {
      Object.assign(this, {
        page, root, marks: new viva.Marks(page), rows: null, list: 0, filter: "all", search: "", slices: new Map(), deep: null, found: new Int32Array(0), counts: [],
        listPage: 0, open: -1, side: 0, attempts: {}, diff: true, keysOn: true, drafts: new Map(), opened: null, sides: [], turn: 0, says: "",
      });
      const wanted = remembered("viva-blind");
      this.blind = wanted === null ? page.draw !== null && page.draw !== undefined : wanted === "yes";
      this.side = viva.firstSide(this.blind);
      this.title = document.title;
      this.act = viva.actionsOf(this);
      this.parts = viva.frame(this);
      root.replaceChildren(...this.parts.all);
    }

    async start() {
      const place = viva.readLink(location.hash);
      await this.loadList(place);
      await this.goTo(place);
    }

    get listsShown() {
      return this.page.draw ? this.page.lists : [this.page.lists[this.list]];
    }

    async loadList(place) {
      const wanted = this.page.lists.findIndex(({ index }) => index === place.list);
      if (wanted >= 0) this.list = wanted;
      this.say("Loading the pairs …");
      const made = await Promise.all(this.listsShown.map(async (about) =>
        viva.makeList({ ...about, teacher: about.teacher ?? this.page.teacher }, await viva.loadIndex(about.index))));
      this.rows = viva.makeRows(made, this.page);
      this.order();
      this.choices = viva.sliceChoices(this.rows, new Set(Object.keys(this.page.slice ?? {})));
      this.open = -1;
      this.deep = null;
    }

    /** Go where an address points: filters first, then the pair; the first of the list where it names none. */
    async goTo(place) {
      if (!this.page.draw && place.list !== null && this.page.lists[this.list].index !== place.list && this.page.lists.some(({ index }) => index === place.list)) {
        await this.loadList(place);
      }
      const names = new Set(this.choices.map(({ name }) => name));
      Object.assign(this, {
        filter: viva.filterFor(viva.FILTERS.includes(place.filter) || place.filter === "split" || place.filter === "anyUnanswered" ? place.filter : "all", this.blind),
        search: place.search, slices: new Map([...place.slices].filter(([name]) => names.has(name))),
      });
      this.parts.search.value = this.search;
      this.select();
      const row = place.sample === null ? -1 : viva.rowOf(this.rows, place.list, place.sample);
      if (place.sample !== null && row < 0) this.say("The pair that the address names is not on this page.");
      await this.show(row >= 0 ? row : (this.found[0] ?? -1));
      if (this.filter !== place.filter) this.remember("replaceState"); // an address with f=lost tells who was right
    }

    /** Lost pairs stand first, which would tell who was right; while blind the order is drawn, too. */
    order() {
      if (this.page.draw) return;
      const [list] = this.rows.lists;
      const open = this.open < 0 ? -1 : this.rows.at[this.open];
      const key = this.blind ? list.ids.map((id) => viva.drawnFrom("order", this.page.evaluation, list.suite, list.student, id)) : null;
      this.rows.at.sort(key ? (a, b) => key[a] - key[b] : undefined);
      this.open = this.rows.at.indexOf(open);
    }

    /** Which rows are asked for; keeps the open pair where it is one of them. */
    select() {
      Object.assign(this, this.selected());
      const { found } = this;
      this.listPage = viva.pageOf(found, this.open);
      this.say(found.length === this.rows.at.length ? this.amount(found.length) : `${viva.count(found.length)} of ${this.amount(this.rows.at.length)}`);
      this.drawList();
      this.drawBoard();
    }

    selected() {
      const filters = viva.filtersFor(this.blind);
      const marked = new Map(this.rows.lists.map((list) => [list, this.markedSamples(list)]));
      return viva.select(this.rows, {
        filter: this.filter, filters, search: this.search, slices: this.slices, deep: this.deep?.search === this.search ? this.deep.rows : null,
        isMarked: (list, place) => marked.get(list).has(list.ids[place]),
      });
    }

    amount(n) {
      const missing = this.rows.missing ? `; ${viva.numberOf(this.rows.missing, "drawn pair")} not in this report` : "";
      return viva.numberOf(n, this.page.draw ? "drawn pair" : "pair") + missing;
    }

    say(what) {
      this.parts.status.textContent = what;
    }

    drawIdOf() {
      return this.page.draw?.id ?? null;
    }

    markedSamples(list) {
      const draw = this.drawIdOf();
      const models = [list.teacher, list.student];
      return new Set(this.marks.mine().filter((mark) => mark.suite === list.suite && models.includes(mark.model) && (mark.draw ?? null) === draw).map(({ sample }) => sample));
    }

    view() {
      const { rows, filter, counts, found, listPage, open, blind, attempts, diff } = this;
      return {
        rows, filter, counts, found, open, blind, attempts, diff, page: listPage, filters: viva.filtersFor(blind), evaluation: this.page.evaluation,
        linkTo: (row) => this.linkTo(row),
        marksOf: (pair) => this.marksOf(pair),
        marked: (pair, side, attempt) => this.marked(pair, side, attempt),
      };
    }

    gradeOf(pair, side, attempt) {
      return { suite: pair.list.suite, student: pair.list.student, sample: pair.sample, model: side.model, attempt, draw: this.drawIdOf() };
    }

    marked(pair, side, attempt) {
      const grade = this.gradeOf(pair, side, attempt);
      const mark = this.marks.get(grade);
      return { mark: mark?.mark ?? null, note: mark?.note ?? this.drafts.get(JSON.stringify(grade)) ?? "", isCurrent: side.place === this.side };
    }

    marksOf(pair) {
      const draw = this.drawIdOf();
      const models = [pair.list.teacher, pair.list.student];
      return this.mine().get(`${pair.list.suite}\n${pair.sample}`)?.filter((mark) => models.includes(mark.model) && (mark.draw ?? null) === draw) ?? [];
    }

    /** Marks of this reviewer by suite and sample, made anew where marks changed. */
    mine() {
      if (this.byPairOf !== this.marks.version) {
        this.byPair = grouped(this.marks.mine(), pairKey);
        this.byPairOf = this.marks.version;
      }
      return this.byPair;
    }

    linkTo(row) {
      const list = row < 0 ? this.rows.lists[0] : viva.listOf(this.rows, row);
      const sample = row < 0 ? null : list.ids[this.rows.at[row]];
      return viva.writeLink({ list: list.key, sample, filter: this.filter, search: this.search, slices: this.slices });
    }

    remember(how) {
      const address = this.linkTo(this.open);
      if (address !== location.hash) history[how](null, "", address);
    }

    /** Show a row's texts. `turn` counts, so that a slow block never covers a later choice. */
    async show(row) {
      const turn = (this.turn += 1);
      Object.assign(this, { open: row, attempts: {}, opened: null, sides: [] });
      if (this.blind) this.side = viva.firstSide(true);
      this.parts.pair.setAttribute("aria-busy", String(row >= 0)); // until its texts have come, the pair before still stands here
      if (row < 0) {
        this.parts.pair.replaceChildren(viva.element("p", { class: "absent" }, "No pair fits. ", viva.element("button", { type: "button", onclick: () => this.act.all() }, "Show all pairs")));
        this.drawSteps();
        return;
      }
      this.listPage = Math.max(viva.pageOf(this.found, row), 0);
      this.drawList();
      this.drawSteps();
      const pair = viva.pairAt(this.rows, row);
      try {
        const texts = (await viva.loadTexts(pair.list.suiteNumber, pair.block)).get(pair.sample);
        if (turn !== this.turn) return;
        this.opened = { pair, texts: texts ?? {} };
        this.drawPair();
        if (!texts) this.say("The texts of this pair are not in the report.");
      } catch (error) {
        if (turn !== this.turn) return;
        this.parts.pair.setAttribute("aria-busy", "false");
        this.parts.pair.replaceChildren(viva.element("p", { class: "absent", role: "alert" }, error.message));
      }
    }

    drawPair() {
      if (!this.opened) return;
      const unfolded = [...this.parts.pair.querySelectorAll("details")].map((part) => part.open);
      const { body, sides } = viva.pairView(this.opened.pair, this.opened.texts, this.view(), this.act);
      const isSame = this.drawn === this.opened;
      this.drawn = this.opened;
      this.sides = sides;
      if (isSame) body.querySelectorAll("details").forEach((part, n) => (part.open = unfolded[n] ?? false));
      this.parts.pair.replaceChildren(body);
      this.parts.pair.setAttribute("aria-busy", "false");
    }

    /** Draw again and put the focus back on the control that had it. */
    redraw() {
      const focused = document.activeElement;
      const controls = () => [...this.parts.pair.querySelectorAll("button, select, textarea, summary")];
      const place = controls().indexOf(focused);
      this.drawPair();
      if (place >= 0) controls()[place]?.focus({ preventScroll: true });
    }

    drawList() {
      if (!this.rows) return;
      const view = this.view();
      this.parts.chooser.replaceChildren(...viva.listChooser(this));
      viva.keepFocus(this.parts.filters, () => this.parts.filters.replaceChildren(...viva.filterButtons(view, this.act)));
      viva.keepFocus(this.parts.slices, () => this.parts.slices.replaceChildren(...viva.sliceSelects(this.choices, this.slices, this.act)));
      viva.keepFocus(this.parts.list, () => this.parts.list.replaceChildren(...viva.listPage(view, this.act).filter(Boolean)));
      this.parts.deep.hidden = this.search === "" || this.deep?.search === this.search;
      viva.keepInView(this.parts.list.parentElement, this.parts.list.querySelector("[aria-current]"));
    }

    drawSteps() {
      const at = this.found.indexOf(this.open);
      const place = this.open < 0 ? "" : at < 0 ? "Not in the list" : `${viva.count(at + 1)} of ${viva.count(this.found.length)}`;
      this.parts.place.textContent = place;
      this.parts.previous.disabled = this.open < 0 || at === 0;
      this.parts.next.disabled = this.open < 0 || at === this.found.length - 1;
    }

    progress() {
      if (!this.page.draw) return viva.numberOf(this.marks.mine().filter((mark) => (mark.draw ?? null) === null).length, "mark");
      let [some, both] = [0, 0];
      for (let row = 0; row < this.rows.at.length; row += 1) {
        const models = new Set(this.marksOf(viva.pairAt(this.rows, row)).map(({ model }) => model));
        some += models.size > 0;
        both += models.size > 1;
      }
      const half = some === both ? "" : `, ${viva.count(some - both)} of them on one side only`;
      return `${viva.count(some)} of ${viva.count(this.rows.at.length)} marked${half}`;
    }

    drawBoard() {
      if (!this.rows) return;
      document.documentElement.classList.toggle("viva-blind", this.blind);
      document.title = this.blind ? `${viva.plain(this.page.run)} – pairs` : this.title;
      const { blind, marks } = this;
      const view = { blind, reviewer: marks.reviewer, trouble: marks.trouble, progress: this.progress() };
      viva.keepFocus(this.parts.board, () => this.parts.board.replaceChildren(...viva.board(view, this.act).filter(Boolean)));
    }
  }

  const pairKey = (mark) => `${mark.suite}\n${mark.sample}`;

  function grouped(items, keyOf) {
    const groups = new Map();
    for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
    return groups;
  }

  function remembered(name) {
    try {
      return globalThis.localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  function rememberFor(name, value) {
    try {
      globalThis.localStorage.setItem(name, value);
    } catch {
      // a setting that does not last is no harm
    }
  }

  viva.Reader = Reader;
  viva.rememberFor = rememberFor;

  document.addEventListener("DOMContentLoaded", () => {
    const root = document.getElementById("viva-pairs");
    const page = viva.pageData();
    if (!root || !page) return;
    const reader = new Reader(page, root);
    viva.listen(reader);
    reader.start().catch((error) => root.prepend(viva.element("p", { class: "absent", role: "alert" }, error.message)));
  });
})();
