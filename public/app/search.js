/**
 * Returns the methods that have all words in their names, parameters or descriptions, in any order.
 *
 * @param {object[]} methods
 * @param {string} text
 */
export function search(methods, text) {
  const words = wordsOf(text);
  return methods.filter((method) => contains(textOf(method), words));
}

/** Returns the method that a search most likely means: the first whose name has all words, or else the first. */
export function best(methods, text) {
  const words = wordsOf(text);
  return methods.find(({ name }) => contains(name.toLowerCase(), words)) ?? methods[0];
}

const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const contains = (text, words) => words.every((word) => text.includes(word));

function textOf({ name, summary = "", description = "", params = [] }) {
  const parts = params.map((param) => `${param.name} ${param.description ?? ""}`);
  return [name, summary, description, ...parts].join(" ").toLowerCase();
}
