// Data comes as scripts beside the page, because pages opened from disk may not fetch; in a single file, as data blocks within it.
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});
  const KEY = /^\d{1,9}-\d{1,9}$/; // all that may become part of an address
  const TEXTS_KEPT = 24; // blocks of texts held in memory
  const waiting = new Map();
  const texts = new Map();

  function arrived(name, data) {
    const found = typeof data === "string" ? JSON.parse(data) : data;
    waiting.get(name)?.resolve(found);
  }

  /** Called by data scripts: the second argument is JSON text, so that no key can be taken for a prototype. */
  viva.index = (key, data) => arrived(`index-${key}`, data);
  viva.texts = (key, data) => arrived(`texts-${key}`, data);

  function load(name) {
    const block = document.getElementById(`viva-${name}`);
    if (block) return Promise.resolve(JSON.parse(block.textContent));
    const earlier = waiting.get(name);
    if (earlier) return earlier.promise;
    const entry = {};
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    waiting.set(name, entry);
    const script = document.createElement("script");
    script.src = `data/${name}.js`;
    const missing = () => entry.reject(new Error(`data/${name}.js could not be read. Is the report's folder complete?`));
    script.addEventListener("error", missing);
    script.addEventListener("load", missing); // counts only where the script did not call back
    document.head.append(script);
    return entry.promise.finally(() => {
      waiting.delete(name);
      script.remove();
    });
  }

  const checked = (key) => {
    if (!KEY.test(key)) throw new Error("a key of this page's data is damaged");
    return key;
  };

  const loadIndex = async (key) => load(`index-${checked(key)}`);

  /** The texts of a block as a Map by sample id. */
  async function loadTexts(suite, block) {
    const key = checked(`${suite}-${block}`);
    if (!texts.has(key)) {
      const loading = load(`texts-${key}`).then((data) => new Map(Object.entries(data)));
      texts.set(key, loading);
      loading.catch(() => texts.delete(key));
    }
    const found = texts.get(key);
    texts.delete(key);
    texts.set(key, found); // the latest last
    if (texts.size > TEXTS_KEPT) texts.delete(texts.keys().next().value);
    return found;
  }

  function pageData() {
    const block = document.getElementById("viva-page");
    return block ? JSON.parse(block.textContent) : null;
  }

  Object.assign(viva, { loadIndex, loadTexts, pageData });
})();
