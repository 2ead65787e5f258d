/**
 * One message as JSON text.
 *
 * A `bigint` leaves as a string of digits, which the server takes for an integer of any size; a `Uint8Array`
 * leaves as base64 text, and bytes come back as such. A function, and what `lend` was asked for, leaves as a reference.
 * Nothing is lent by a message that cannot be written.
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
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
