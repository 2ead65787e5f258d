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

/**
 * Returns the method that a search most likely means: the one with this name, whose parts may be separated in any way,
 * or else the first whose name ends with these words, the first whose name has them, or the first.
 */
export function best(methods, text) {
  const words = wordsOf(text);
  const wanted = partsOf(text);
  const named = (isMeant) => methods.find(({ name }) => isMeant(partsOf(name), name.toLowerCase()));
  return named((parts) => parts === wanted) ?? named((parts) => parts.endsWith(` ${wanted}`))
    ?? named((_parts, name) => contains(name, words)) ?? methods[0];
}

const partsOf = (text) => text.toLowerCase().split(/[\s./]+/).filter(Boolean).join(" ");
const wordsOf = (text) => text.toLowerCase().split(/[\s/]+/).filter(Boolean);
const contains = (text, words) => words.every((word) => text.includes(word));

function textOf({ name, summary = "", description = "", params = [] }) {
  const parts = params.map((param) => `${param.name} ${param.description ?? ""}`);
  return [name, summary, description, ...parts].join(" ").toLowerCase();
}
