import { parseExactly } from "./exact-parser.js";

/** Whether `JSON.parse` passes the source text of a number to its reviver. */
const hasSource = (() => {
  let source;
  JSON.parse("1", (_key, _value, context) => (source = context?.source));
  return source === "1";
})();

/** A text without such a run of digits has no integer beyond 2^53 - 1; digits behind a point are a fraction. */
const longNumber = /(?:^|[^.\d])\d{16}/;
const integer = /^-?\d+$/;

/**
 * Parses JSON.
 *
 * @param {string} text
 * @param {boolean} exactIntegers Whether integers beyond 2^53 - 1 become a `bigint`, which is exact. A number with a
 *   fraction or an exponent is no integer here.
 * @param {(value: any) => any} [revive] Replaces each value, from the innermost to the outermost.
 */
export function parse(text, exactIntegers, revive) {
  if (!exactIntegers || !longNumber.test(text)) return JSON.parse(text, revive && ((_key, value) => revive(value)));
  if (!hasSource) return parseExactly(text, revive);
  return JSON.parse(text, (_key, value, { source }) => {
    if (typeof value === "number") return Number.isSafeInteger(value) || !integer.test(source) ? value : BigInt(source);
    return revive ? revive(value) : value;
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Returns the text of a message. @param {string | ArrayBuffer} data @throws {TypeError} If it is not UTF-8. */
export const decode = (data) => (typeof data === "string" ? data : utf8.decode(data));

/** Whether a parsed value can be a message of JSON-RPC. */
export const isMessage = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
