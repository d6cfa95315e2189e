// What only one of two texts says, word by word: Myers' O(ND) algorithm in linear memory (Algorithmica 1, 1986), with a budget.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const TOKEN = /[\p{L}\p{N}\p{M}_\u200c\u200d]+|\s+|[^\p{L}\p{N}\p{M}_\u200c\u200d\s]+/gu;
  const TOKENS = 300000; // words and gaps of both texts together; above it nothing is compared
  const STEPS = 25000000; // of the search; about a second on a slow machine
  const SHARED_FLOOR = 0.25; // below this share of common words a diff is noise,
  const FEW = 12; // except in texts this short, words and gaps of both together: there all can be seen at once

  class OverBudget extends Error {}

  /**
   * `{first, second, note}`: stretches `[from, to]` of each text (UTF-16 units) that the other lacks, or the reason for none.
   */
  function wordDiff(first, second) {
    if (first === second) return { first: [], second: [], note: "Both texts are the same." };
    const ours = first.match(TOKEN) ?? [];
    const theirs = second.match(TOKEN) ?? [];
    const total = ours.length + theirs.length;
    if (total > TOKENS) return unmarked(`The texts have ${viva.count(total)} words and gaps; above ${viva.count(TOKENS)} words are not compared.`);
    let only;
    try {
      only = compared(ours, theirs);
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      return unmarked("The texts are long and differ nearly everywhere, so words are not marked.");
    }
    const common = ours.length - only.ours.reduce((sum, flag) => sum + flag, 0);
    if (total > FEW && (2 * common) / total < SHARED_FLOOR) return unmarked("The texts are too different to mark word by word.");
    return { first: stretches(ours, only.ours), second: stretches(theirs, only.theirs), note: "" };
  }

  const unmarked = (note) => ({ first: [], second: [], note });

  function compared(ours, theirs) {
    const numbers = new Map();
    const numbered = (words) => Int32Array.from(words, (word) => numbers.get(word) ?? (numbers.set(word, numbers.size), numbers.size - 1));
    const [a, b] = [numbered(ours), numbered(theirs)];
    const search = { a, b, onlyA: new Uint8Array(a.length), onlyB: new Uint8Array(b.length), steps: STEPS, forth: null, back: null };
    const reach = a.length + b.length + 3;
    search.forth = new Int32Array(reach);
    search.back = new Int32Array(reach);
    narrow(search, 0, a.length, 0, b.length);
    return { ours: search.onlyA, theirs: search.onlyB };
  }

  function narrow(search, fromA, toA, fromB, toB) {
    const pending = [[fromA, toA, fromB, toB]];
    while (pending.length) {
      let [a0, a1, b0, b1] = pending.pop();
      while (a0 < a1 && b0 < b1 && search.a[a0] === search.b[b0]) (a0 += 1), (b0 += 1);
      while (a0 < a1 && b0 < b1 && search.a[a1 - 1] === search.b[b1 - 1]) (a1 -= 1), (b1 -= 1);
      if (a0 === a1) search.onlyB.fill(1, b0, b1);
      else if (b0 === b1) search.onlyA.fill(1, a0, a1);
      else {
        const [x, y, u, v] = middle(search, a0, a1, b0, b1);
        pending.push([a0, x, b0, y], [u, a1, v, b1]);
      }
    }
  }

  /** The middle stretch of common words on a shortest path: from (x, y) to (u, v), both ends beyond which differ. */
  function middle(search, a0, a1, b0, b1) {
    const { a, b, forth, back } = search;
    const n = a1 - a0;
    const m = b1 - b0;
    const delta = n - m;
    const odd = (delta & 1) !== 0;
    const zero = m + 1; // where diagonal 0 stands
    forth.fill(0, 0, n + m + 3);
    back.fill(0, 0, n + m + 3);
    search.steps -= n + m;
    for (let d = 0; d <= Math.ceil((n + m) / 2); d += 1) {
      const low = -(d - 2 * Math.max(0, d - m));
      const high = d - 2 * Math.max(0, d - n);
      search.steps -= high - low + 2;
      if (search.steps < 0) throw new OverBudget();
      for (let k = low; k <= high; k += 2) {
        const begin = k === -d || (k !== d && forth[zero + k - 1] < forth[zero + k + 1]) ? forth[zero + k + 1] : forth[zero + k - 1] + 1;
        let x = begin;
        while (x < n && x - k < m && a[a0 + x] === b[b0 + x - k]) x += 1;
        search.steps -= x - begin;
        forth[zero + k] = x;
        if (odd && Math.abs(delta - k) <= d - 1 && x + back[zero + delta - k] >= n) return [a0 + begin, b0 + begin - k, a0 + x, b0 + x - k];
      }
      for (let k = low; k <= high; k += 2) {
        const begin = k === -d || (k !== d && back[zero + k - 1] < back[zero + k + 1]) ? back[zero + k + 1] : back[zero + k - 1] + 1;
        let x = begin;
        while (x < n && x - k < m && a[a1 - 1 - x] === b[b1 - 1 - x + k]) x += 1;
        search.steps -= x - begin;
        back[zero + k] = x;
        if (!odd && Math.abs(delta - k) <= d && x + forth[zero + delta - k] >= n) return [a1 - x, b1 - x + k, a1 - begin, b1 - begin + k];
      }
    }
    throw new Error("two texts have no path between them");
  }

  /** Flagged words as stretches; a lone space between two of them counts in, so that phrases are marked whole. */
  function stretches(words, only) {
    const found = [];
    let place = 0;
    words.forEach((word, index) => {
      const bridging = index > 0 && index < words.length - 1 && only[index - 1] && only[index + 1] && !word.trim() && !word.includes("\n");
      if (only[index] || bridging) {
        if (found.length && found.at(-1)[1] === place) found.at(-1)[1] = place + word.length;
        else found.push([place, place + word.length]);
      }
      place += word.length;
    });
    return found;
  }

  viva.wordDiff = wordDiff;
})();
