/**
 * The formats of texts that the page knows: whether a text has the format, an example, and a text that fits now.
 *
 * @type {Record<string, {accepts(text: string): boolean, name: string, example?: string, make?(): string, made?: string}>}
 */
export const formats = {
  uuid: {
    name: "UUID", example: "123e4567-e89b-12d3-a456-426614174000", made: "New",
    accepts: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
    make: randomUUID,
  },
  "date-time": {
    name: "date and time with its zone", example: "2030-01-31T12:00:00Z", made: "Now",
    accepts: (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && isDay(text),
    make: () => new Date().toISOString().replace(/\.\d+/, ""),
  },
  date: {
    name: "date", example: "2030-01-31", made: "Today",
    accepts: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text),
    make: () => new Date().toISOString().slice(0, 10),
  },
  uri: { name: "URL", example: "https://example.org/", accepts: (text) => /^[a-z][a-z0-9+.-]*:\S*$/i.test(text) },
  "uri-reference": { name: "URL", example: "https://example.org/", accepts: (text) => /^\S*$/.test(text) },
  base64: {
    name: "base64 text", example: "aGVsbG8=",
    accepts: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  },
};

/** Returns the known format of a resolved schema. */
export function formatOf({ format, contentEncoding }) {
  return formats[contentEncoding] ?? formats[{ url: "uri", byte: "base64" }[format] ?? format];
}

/** Whether the day of a text is in the calendar: 30 February is none. */
function isDay(text) {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
    && (text.length === 10 || !Number.isNaN(Date.parse(text)));
}

/** `crypto.randomUUID` is missing in pages that were loaded without TLS from another machine. */
function randomUUID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
