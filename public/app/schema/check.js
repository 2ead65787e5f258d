import { writeJSON } from "../json.js";
import { formatOf } from "./formats.js";
import { kindOf, resolve, titleOf, variantsOf } from "./resolve.js";

/** The depth at which values are accepted unseen, as the server does not read deeper ones. */
const deepest = 64;

/**
 * Returns what is wrong with a value first, or undefined.
 *
 * @param {unknown} value
 * @param {object} schema
 * @param {object} root The document in which references are found.
 * @param {string} [path] The name of the value, for the message.
 * @returns {string | undefined} Starts with the path of the part that is wrong.
 */
export function problemIn(value, schema, root, path = "value", depth = 0) {
  const resolved = resolve(schema, root);
  if (depth > deepest || (value === null && resolved.isNullable)) return undefined;
  const own = problemOf(value, resolved);
  if (own) return `${path}: ${own}`;
  const inside = (part, of, name) => problemIn(part, of, root, `${path}.${name}`, depth + 1);
  switch (kindOf(resolved)) {
    case "union": {
      const fits = (variant) => !problemIn(value, variant, root, path, depth + 1);
      return variantsOf(resolved).some(fits) ? undefined : `${path}: is none of ${namesOf(resolved, root)}`;
    }
    case "list": return first(value, (part, at) => inside(part, resolved.items, at));
    case "map": return first(Object.entries(value), ([name, part]) => inside(part, resolved.additionalProperties, name));
    case "object": return problemOfMembers(value, resolved, path, inside);
  }
}

function problemOfMembers(value, { properties, required = [], additionalProperties }, path, inside) {
  const missing = required.find((name) => value[name] === undefined);
  if (missing !== undefined) return `${path}.${missing}: needs a value`;
  return first(Object.entries(value), ([name, part]) => {
    if (part === undefined) return undefined;
    if (Object.hasOwn(properties, name)) return inside(part, properties[name], name);
    if (additionalProperties === false) return `${path}.${name}: is not known here`;
  });
}

function first(values, problem) {
  for (const [at, value] of values.entries()) {
    const found = problem(value, at);
    if (found) return found;
  }
}

const namesOf = (schema, root) => variantsOf(schema).map((variant) => titleOf(resolve(variant, root))).join(", ");

/** Returns what is wrong with a value itself, without its parts. @param {object} schema A resolved one. */
export function problemOf(value, schema) {
  const kind = kindOf(schema);
  switch (kind) {
    case "choice": return choicesOf(schema).some((choice) => writeJSON(choice) === writeJSON(value))
      ? undefined : `is none of ${choicesOf(schema).map((choice) => writeJSON(choice)).join(", ")}`;
    case "boolean": return typeof value === "boolean" ? undefined : "is not true or false";
    case "null": return value === null ? undefined : "is not null";
    case "integer": return isInteger(value) ? problemOfRange(value, schema) : "is not an integer";
    case "number": return isNumber(value) ? problemOfRange(value, schema) : "is not a number";
    case "string": return typeof value === "string" ? problemOfText(value, schema) : "is not a text";
    case "list": return Array.isArray(value) ? problemOfCount(value.length, schema) : "is not a list";
    case "map": case "object": return isObject(value) ? undefined : "is not an object";
    case "json": return problemOfJSON(value, schema);
  }
}

/** Returns the values of an enumeration. */
export const choicesOf = (schema) => (schema.const !== undefined ? [schema.const] : schema.enum);

const isNumber = (value) => typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
const isInteger = (value) => typeof value === "bigint" || Number.isInteger(value);
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function problemOfRange(value, { minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  if (minimum !== undefined && value < minimum) return `is less than ${minimum}`;
  if (maximum !== undefined && value > maximum) return `is greater than ${maximum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `is not greater than ${exclusiveMinimum}`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return `is not less than ${exclusiveMaximum}`;
}

function problemOfText(text, schema) {
  const format = formatOf(schema);
  const fits = schema.pattern === undefined || matches(text, schema.pattern);
  if (format && !(fits && format.accepts(text))) return `is not a ${format.name}${format.example ? `, as ${format.example}` : ""}`;
  const length = [...text].length;
  if (length < schema.minLength) return `is shorter than ${schema.minLength}`;
  if (length > schema.maxLength) return `is longer than ${schema.maxLength}`;
  if (!fits) return `does not match ${schema.pattern}`;
}

/** Patterns that this engine cannot read accept every text. */
function matches(text, pattern) {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function problemOfCount(count, { minItems, maxItems }) {
  if (count < minItems) return `has fewer than ${minItems} items`;
  if (count > maxItems) return `has more than ${maxItems} items`;
}

function problemOfJSON(value, { type }) {
  if (type === "array" && !Array.isArray(value)) return "is not a list";
  if (type === "object" && !isObject(value)) return "is not an object";
}
