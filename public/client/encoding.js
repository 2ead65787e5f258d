import { PosternError } from "./error.js";

/** The integers that every server can read as a JSON number without loss. */
const smallestNumber = -(2n ** 63n);
const largestNumber = 2n ** 64n - 1n;

/** An escape of half a surrogate pair: `JSON.stringify` writes a half as an escape, and a whole pair never. */
const halfPair = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** Marks large integers in the text of engines without `JSON.rawJSON`. It is random, so that no argument has it. */
const integerMark = `integer ${Math.random()} `;
const markedInteger = new RegExp(`"${integerMark}(-?\\d+)"`, "g");

/**
 * Encodes a message as JSON.
 *
 * A `bigint` becomes a number with all of its digits, or a string of digits if it has more than 64 bits; the server
 * accepts either as an integer. An `ArrayBuffer` and a view of one, such as a typed array, `DataView` or `Buffer`,
 * become a base64 string, the form in which bytes are received as well. A function, or an object wrapped by `lend`,
 * becomes a reference.
 *
 * @param {unknown} message
 * @param {import("./references.js").References} references
 * @param {Set<any>} [counted] The values that the message has passed by reference already, if it is encoded in parts.
 * @throws {PosternError} If the message cannot be encoded. No reference is counted then.
 */
export function encode(message, references, counted = new Set()) {
  const before = new Set(counted);
  let hasMarks = false;
  // Not an arrow function: `this[key]` is the value before its `toJSON`, by which a `Buffer` becomes a plain object.
  const replace = function (key, value) {
    if (isBytes(value)) return base64(value);
    if (value?.type === "Buffer" && isBytes(this[key])) return base64(this[key]);
    if (typeof value === "bigint" || value instanceof BigInt) {
      const digits = value.toString();
      if (BigInt(digits) < smallestNumber || BigInt(digits) > largestNumber) return digits;
      if (JSON.rawJSON) return JSON.rawJSON(digits);
      hasMarks = true;
      return integerMark + digits;
    }
    refuse(value);
    return references.write(value, counted);
  };
  try {
    const text = JSON.stringify(message, replace);
    if (text.includes("\\ud") && halfPair.test(text)) throw new TypeError("a string has half of a surrogate pair");
    return hasMarks ? text.replace(markedInteger, "$1") : text;
  } catch (error) {
    const added = [...counted].filter((target) => !before.has(target));
    for (const target of added) counted.delete(target);
    references.unlend(added);
    throw PosternError.notSent(error);
  }
}

/**
 * Encodes a message that must not contain references.
 *
 * @param {unknown} message
 * @param {import("./references.js").References} references
 * @throws {TypeError} If the message contains a reference or cannot be encoded.
 */
export function encodeWithoutReferences(message, references) {
  const write = (value) => {
    if (references.isReference(value)) throw new TypeError("a notification cannot hold functions");
    return value;
  };
  try {
    return encode(message, { write, unlend() {} });
  } catch (error) {
    throw error.cause ?? error;
  }
}

/** Throws for a value that JSON would drop or replace by null. */
function refuse(value) {
  if (typeof value === "symbol") throw new TypeError(`${String(value)} cannot be sent`);
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} is not a number in JSON`);
}

function isBytes(value) {
  if (typeof value !== "object" || value === null) return false;
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || isShared(value);
}

/** Pages that are not isolated from other origins have no `SharedArrayBuffer`. */
const isShared = (value) => typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;

/** @param {ArrayBuffer | SharedArrayBuffer | ArrayBufferView} source */
function base64(source) {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
  let text = "";
  // In pieces, as the number of arguments of a function is limited.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
