// Where the reader is, as the fragment of the address: #p=<index key>/<sample id>&f=<filter>&q=<search>&s=<slice>:<value>
(() => {
  "use strict";
  const viva = (globalThis.viva ??= {});

  const wellFormed = (text) => text.replace(/\p{Cs}/gu, "\ufffd"); // lone surrogates cannot be percent-encoded
  const encoded = (text) => encodeURIComponent(wellFormed(text));

  function decoded(text) {
    try {
      return decodeURIComponent(text.replaceAll("+", " "));
    } catch {
      return "";
    }
  }

  /** `{list, sample, filter, search, slices}`; what the address does not tell is null or empty. */
  function readLink(fragment) {
    const place = { list: null, sample: null, filter: "all", search: "", slices: new Map() };
    for (const part of fragment.replace(/^#/, "").split("&")) {
      const [name, value = ""] = part.split(/=(.*)/su);
      if (name === "p") {
        const [list, sample = ""] = value.split(/\/(.*)/su);
        Object.assign(place, { list, sample: sample ? decoded(sample) : null });
      } else if (name === "f") place.filter = decoded(value);
      else if (name === "q") place.search = decoded(value);
      else if (name === "s") {
        const [slice, wanted = ""] = value.split(/:(.*)/su).map(decoded);
        place.slices.set(slice, wanted);
      }
    }
    return place;
  }

  /** Whether a fragment is such an address, and not one of the page's own headings. */
  const isPlace = (fragment) => fragment.length < 2 || /^#[pfsq]=/.test(fragment);

  function writeLink({ list, sample, filter, search, slices }) {
    const parts = [];
    if (list !== null) parts.push(`p=${list}${sample === null ? "" : `/${encoded(sample)}`}`);
    if (filter !== "all") parts.push(`f=${encoded(filter)}`);
    for (const [name, value] of slices) parts.push(`s=${encoded(name)}:${encoded(value)}`);
    if (search) parts.push(`q=${encoded(search)}`);
    return `#${parts.join("&")}`;
  }

  Object.assign(viva, { isPlace, readLink, writeLink, wellFormed });
})();
