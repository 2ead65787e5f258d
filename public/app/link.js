import { parseJSON, writeJSON } from "./json.js";

/** The length beyond which arguments are not part of a link, as programs cut long ones. */
const longestLink = 8000;

/**
 * Returns the fragment of the link to a method or a topic.
 *
 * @param {{name: string, isTopic?: boolean}} method
 * @param {unknown[] | object} [params]
 */
export function linkTo({ name, isTopic }, params) {
  const base = `#${isTopic ? "topic" : "method"}/${encodeURIComponent(name)}`;
  if (params === undefined || Object.keys(params).length === 0) return base;
  const link = `${base}?${encodeURIComponent(writeJSON(params))}`;
  return link.length > longestLink ? base : link;
}

/**
 * Reads the fragment of a link.
 *
 * @returns {{name: string, isTopic: boolean, params?: unknown[] | object} | undefined} `undefined` if it is none of this page.
 */
export function readLink(hash) {
  const match = /^#(method|topic)\/([^?]+)(?:\?(.*))?$/.exec(hash);
  if (!match) return undefined;
  try {
    const params = match[3] ? parseJSON(decodeURIComponent(match[3])) : undefined;
    return { name: decodeURIComponent(match[2]), isTopic: match[1] === "topic", params };
  } catch {
    return undefined;
  }
}
