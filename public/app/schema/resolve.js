/** The maximum number of references that are followed from one schema to the next. */
const longestChain = 32;

/**
 * Returns a schema without references, `allOf` and alternatives of which one is null.
 *
 * The members beside a reference are kept, such as a description. Schemas inside are not resolved, so that a recursive
 * type has an end.
 *
 * @param {object} schema
 * @param {object} root The document in which references such as `#/components/schemas/Name` are found.
 * @returns {object} `isNullable` is set if null is accepted beside other values.
 */
export function resolve(schema, root) {
  let found = schema === true || schema === undefined ? {} : schema;
  for (let count = 0; found.$ref !== undefined && count < longestChain; count += 1) {
    const { $ref, ...beside } = found;
    found = { title: nameIn($ref), ...lookUp($ref, root), ...beside };
  }
  const { $ref, ...whole } = found;
  return withoutNull(merged(whole, root), root);
}

const nameIn = (reference) => decodeURIComponent(reference.slice(reference.lastIndexOf("/") + 1));

function lookUp(reference, root) {
  if (!reference.startsWith("#")) return {};
  const names = reference.slice(1).split("/").slice(1);
  const plain = (name) => decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
  return names.reduce((place, name) => place?.[plain(name)], root) ?? {};
}

function merged({ allOf, ...schema }, root) {
  if (!allOf) return schema;
  return allOf.map((part) => resolve(part, root)).reduce((sum, part) => ({
    ...part, ...sum,
    ...(sum.properties || part.properties ? { properties: { ...part.properties, ...sum.properties } } : {}),
    ...(sum.required || part.required ? { required: [...(sum.required ?? []), ...(part.required ?? [])] } : {}),
  }), schema);
}

function withoutNull(schema, root) {
  const types = [schema.type].flat().filter((type) => type !== undefined);
  if (types.length > 1 && types.includes("null")) {
    const others = types.filter((type) => type !== "null");
    const rest = { ...schema, type: others.length === 1 ? others[0] : others, isNullable: true };
    return rest.enum ? { ...rest, enum: rest.enum.filter((choice) => choice !== null) } : rest;
  }
  if (schema.enum?.length > 1 && schema.enum.includes(null)) {
    return { ...schema, enum: schema.enum.filter((choice) => choice !== null), isNullable: true };
  }
  const key = schema.oneOf ? "oneOf" : schema.anyOf ? "anyOf" : undefined;
  if (!key) return schema;
  const others = schema[key].filter((variant) => resolve(variant, root).type !== "null");
  if (others.length === schema[key].length) return schema;
  const { [key]: variants, ...beside } = schema;
  if (others.length !== 1) return { ...beside, [key]: others, isNullable: true };
  return { ...resolve(others[0], root), ...beside, isNullable: true };
}

/**
 * Returns the kind of control that edits values of a resolved schema.
 *
 * @returns {"reference" | "choice" | "union" | "boolean" | "integer" | "number" | "string" | "object" | "map" | "list" |
 *   "null" | "json"}
 */
export function kindOf(schema) {
  if (schema["x-reference"]) return "reference";
  if (schema.const !== undefined || schema.enum) return "choice";
  if (schema.oneOf || schema.anyOf) return "union";
  if (["boolean", "integer", "number", "string", "null"].includes(schema.type)) return schema.type;
  if (schema.type === "array") return isSchema(schema.items) && !schema.prefixItems ? "list" : "json";
  if (schema.properties) return "object";
  return schema.type === "object" && isSchema(schema.additionalProperties) ? "map" : "json";
}

const isSchema = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Returns the alternatives of a union. */
export const variantsOf = (schema) => schema.oneOf ?? schema.anyOf;

/** Returns a short name of a resolved schema, for people. */
export function titleOf(schema) {
  if (schema.title) return schema.title;
  if (schema.const !== undefined) return String(schema.const);
  const names = Object.keys(schema.properties ?? {});
  if (names.length === 1) return names[0];
  return [schema.format ?? schema.contentEncoding ?? schema.type ?? "any JSON"].flat().join(" or ");
}
