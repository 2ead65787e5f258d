import { element } from "./dom.js";

/** Returns the first type of a schema other than null; undefined if the schema allows any type. */
function typeOf(schema = {}) {
  const types = [schema.type].flat();
  return types.find((type) => type && type !== "null");
}

/** Creates a labelled field for a parameter. The prefix makes its id unique among the forms of the page. */
export function field(param, prefix = "param") {
  const id = `${prefix}-${param.name}`;
  const type = typeOf(param.schema);
  const hint = [type ?? "any JSON", param.required ? "" : "optional"].filter(Boolean).join(", ");
  const label = element("label", { for: id },
    element("span", { class: "name" }, param.name), " ", element("span", { class: "quiet" }, hint));
  const about = param.description ? [element("p", { class: "hint quiet" }, param.description)] : [];
  return element("div", { class: "field" }, label, control(param, type, id), ...about);
}

function control({ name, schema = {}, required }, type, id) {
  const common = { id, name };
  const preset = schema.default;
  if (schema.enum) return select(schema.enum, preset, required, common);
  switch (type) {
    case "boolean": return element("input", { ...common, type: "checkbox", checked: preset === true });
    case "integer": return element("input", { ...common, inputmode: "numeric", autocomplete: "off", value: preset });
    case "number": return element("input", { ...common, inputmode: "decimal", autocomplete: "off", value: preset });
    case "string": return element("input", { ...common, type: "text", autocomplete: "off", value: preset });
    default: {
      const text = preset === undefined ? { array: "[1, 2, 3]", object: "{}" }[type] ?? "" : JSON.stringify(preset);
      return element("textarea", { ...common, rows: 3, spellcheck: "false" }, text);
    }
  }
}

function select(choices, preset, required, common) {
  const blank = required ? [] : [element("option", { value: "" }, "–")];
  const options = choices.map((choice) =>
    element("option", { value: JSON.stringify(choice), selected: choice === preset }, String(choice)));
  return element("select", common, ...blank, ...options);
}

/**
 * Reads the values of the fields, in the order of the parameters.
 *
 * @returns {unknown[]} The values; `undefined` for an empty optional field.
 * @throws {SyntaxError} If a field cannot be parsed. Its `field` is the name of the field.
 */
export function read(form, params) {
  return params.map((param) => {
    const input = form.elements.namedItem(param.name);
    try {
      return valueOf(input, param);
    } catch (error) {
      throw Object.assign(new SyntaxError(`${param.name}: ${error.message}`), { field: param.name });
    }
  });
}

function valueOf(input, { schema = {}, required }) {
  const type = typeOf(schema);
  const text = input.value;
  if (type === "boolean") return input.checked;
  if (text === "" && !(required && type === "string" && !schema.enum)) {
    if (required) throw new Error("needs a value");
    return undefined;
  }
  if (schema.enum) return JSON.parse(text);
  if (type === "string") return text;
  return type === "integer" || type === "number" ? numberFrom(text.trim(), type) : JSON.parse(text);
}

/** Parses a number. An integer beyond the safe integers becomes a `bigint`, which the client sends exactly. */
function numberFrom(text, type) {
  const number = Number(text);
  if (text === "" || Number.isNaN(number)) throw new Error(`${text || "this"} is not a number`);
  if (type === "integer" && /^-?\d+$/.test(text) && !Number.isSafeInteger(number)) return BigInt(text);
  return number;
}

/** Converts the values to named or positional params. Positional params fill gaps with the default value or null. */
export function arrange(values, params, byPosition) {
  if (params.length === 0) return undefined;
  if (!byPosition) {
    return Object.fromEntries(params.map((param, at) => [param.name, values[at]]).filter(([, value]) => value !== undefined));
  }
  const given = values.findLastIndex((value) => value !== undefined) + 1;
  return values.slice(0, given).map((value, at) => (value === undefined ? params[at].schema?.default ?? null : value));
}
