/**
 * Encodes a message as JSON.
 *
 * A `bigint` becomes a string of digits, which the server accepts as an integer of any size. A `Uint8Array` becomes
 * a base64 string, the form in which bytes are received as well. A function, or an object wrapped by `lend`, becomes a
 * reference. If the message cannot be encoded, no reference is counted.
 *
 * @param {unknown} message
 * @param {import("./references.js").References} references
 */
export function encode(message, references) {
  const counted = new Set();
  try {
    return JSON.stringify(message, (_key, value) => {
      if (typeof value === "bigint") return value.toString();
      if (value instanceof Uint8Array) return base64(value);
      return references.write(value, counted);
    });
  } catch (error) {
    references.unlend(counted);
    throw error;
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = "";
  // In pieces, as the number of arguments of a function is limited.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
