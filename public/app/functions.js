/** Whether a method takes a function or an object by reference. */
export const takesReference = ({ params = [] }) => params.some(({ schema = {} }) => schema["x-reference"]);

/**
 * Returns arguments in which each parameter that takes a function has one of the page.
 *
 * @param {object} method
 * @param {unknown[] | object} [params]
 * @param {(name: string, values: unknown[]) => void} called Called with the arguments of each call of such a function.
 */
export function withFunctions({ name: method, params: declared = [] }, params, called) {
  const wanted = [...declared.entries()].filter(([, { schema = {} }]) => schema["x-reference"] === "function");
  if (wanted.length === 0) return params;
  const filled = Array.isArray(params) ? [...params] : { ...params };
  for (const [at, { name }] of wanted) {
    const report = (...values) => called(`${method} ${name}`, values);
    if (!Array.isArray(filled)) filled[name] ??= report;
    else filled[at] ??= report;
  }
  return Array.isArray(filled) ? Array.from(filled, (value) => value ?? null) : filled;
}
