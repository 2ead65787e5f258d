/** Strings, which are skipped, and numbers of a JSON text. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON; integers beyond the safe integers become `bigint`, so that no digit is lost.
 *
 * @param {string} text
 * @throws {SyntaxError} If the text is not JSON.
 */
export function parseJSON(text) {
  const value = JSON.parse(text);
  // No string of the text starts with the mark, as it is chosen anew for each text.
  const mark = `${Math.random()}:`;
  let isExact = true;
  const marked = text.replace(tokens, (token) => {
    if (!isUnsafeInteger(token)) return token;
    isExact = false;
    return `"${mark}${token}"`;
  });
  if (isExact) return value;
  const isMarked = (part) => typeof part === "string" && part.startsWith(mark);
  return JSON.parse(marked, (_key, part) => (isMarked(part) ? BigInt(part.slice(mark.length)) : part));
}

/** Whether a text is an integer that a number of JavaScript would round. @param {string} text */
export function isUnsafeInteger(text) {
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}

/**
 * Writes a value as JSON. A `bigint` is written with all its digits; a reference as a text that says what it is.
 *
 * @param {unknown} value
 * @param {number} [indent] The number of spaces of each level; 0 writes one line.
 */
export function writeJSON(value, indent = 0, margin = "") {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function") return '"(a function)"';
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (isObjectReference(value)) return '"(an object of the server)"';
  const inner = margin + " ".repeat(indent);
  const [opening, closing] = Array.isArray(value) ? "[]" : "{}";
  const colon = indent ? ": " : ":";
  const parts = Array.isArray(value)
    ? value.map((part) => writeJSON(part, indent, inner))
    : Object.entries(value).filter(([, part]) => part !== undefined)
      .map(([name, part]) => JSON.stringify(name) + colon + writeJSON(part, indent, inner));
  if (parts.length === 0) return opening + closing;
  if (!indent) return opening + parts.join(",") + closing;
  return `${opening}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${closing}`;
}

/** Returns the references to functions and objects of the server in a result. @returns {any[]} */
export function referencesIn(value) {
  if (typeof value === "function") return [value];
  if (value === null || typeof value !== "object") return [];
  return isObjectReference(value) ? [value] : Object.values(value).flatMap(referencesIn);
}

/** Whether a value is the proxy of an object of the server. Objects of JSON have a prototype, proxies have none. */
const isObjectReference = (value) => Object.getPrototypeOf(value) === null;
