const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const words = { t: ["true", true], f: ["false", false], n: ["null", null] };

/**
 * Parses JSON like `JSON.parse`, except that integers beyond 2^53 - 1 become a `bigint`.
 *
 * For engines whose `JSON.parse` does not pass the source text of numbers to its reviver, such as Node 20.
 *
 * @param {string} text
 * @param {(value: any) => any} [revive] Replaces each value, from the innermost to the outermost. A member for which
 *   it returns undefined is removed.
 * @throws {SyntaxError} If the text is not JSON.
 */
export function parseExactly(text, revive = (value) => value) {
  const parser = new Parser(text, revive);
  const value = parser.value();
  if (parser.peek() !== undefined) parser.fail();
  return value;
}

class Parser {
  #text;
  #revive;
  #at = 0;

  constructor(text, revive) {
    this.#text = text;
    this.#revive = revive;
  }

  fail() {
    throw new SyntaxError(`unexpected ${this.#text[this.#at] ?? "end"} at position ${this.#at} of the JSON`);
  }

  /** Returns the next character that is no space. */
  peek() {
    this.#match(space);
    return this.#text[this.#at];
  }

  value() {
    return this.#revive(this.#plainValue());
  }

  #plainValue() {
    const next = this.peek();
    if (next === "{") return this.#object();
    if (next === "[") return this.#array();
    if (next === '"') return this.#string();
    return next in words ? this.#word(...words[next]) : this.#number();
  }

  #object() {
    const object = {};
    this.#list("}", () => {
      if (this.peek() !== '"') this.fail();
      const name = this.#string();
      if (this.peek() !== ":") this.fail();
      this.#at += 1;
      const value = this.value();
      // Not an assignment, as a member may be called `__proto__`.
      const member = { value, writable: true, enumerable: true, configurable: true };
      if (value === undefined) delete object[name];
      else Object.defineProperty(object, name, member);
    });
    return object;
  }

  #array() {
    const array = [];
    this.#list("]", () => array.push(this.value()));
    return array;
  }

  #list(end, readEntry) {
    this.#at += 1;
    if (this.peek() === end) return void (this.#at += 1);
    while (true) {
      readEntry();
      const next = this.peek();
      if (next !== end && next !== ",") this.fail();
      this.#at += 1;
      if (next === end) return;
    }
  }

  #string() {
    const start = this.#at;
    do {
      this.#at = this.#text.indexOf('"', this.#at + 1);
      if (this.#at < 0) throw new SyntaxError("a string in the JSON has no end");
    } while (this.#isEscaped(start));
    this.#at += 1;
    // The engine reads the escapes, and refuses invalid ones.
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  /** Whether the current character follows an odd number of backslashes in the string that begins at `start`. */
  #isEscaped(start) {
    let first = this.#at;
    while (first - 1 > start && this.#text[first - 1] === "\\") first -= 1;
    return (this.#at - first) % 2 === 1;
  }

  #word(word, value) {
    if (!this.#text.startsWith(word, this.#at)) this.fail();
    this.#at += word.length;
    return value;
  }

  #number() {
    const [source, fraction, exponent] = this.#match(number) ?? this.fail();
    const value = Number(source);
    return fraction || exponent || Number.isSafeInteger(value) ? value : BigInt(source);
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }
}
