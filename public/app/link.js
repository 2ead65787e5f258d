import { addressFrom, currentAddress, ownAddress } from "./address.js";
import { parseJSON, writeJSON } from "./json.js";

/** The length beyond which arguments are not part of a link, as programs cut long ones. */
const longestLink = 8000;

/**
 * Returns the fragment of the link to a method or a topic. It names the server unless that is the one of the page.
 *
 * @param {{name: string, isTopic?: boolean}} method
 * @param {unknown[] | object} [params]
 */
export function linkTo({ name, isTopic }, params) {
  const server = currentAddress();
  const where = server === ownAddress() ? "" : `server/${encodeURIComponent(server)}/`;
  const base = `#${where}${isTopic ? "topic" : "method"}/${encodeURIComponent(name)}`;
  if (params === undefined || Object.keys(params).length === 0) return base;
  const link = `${base}?${encodeURIComponent(writeJSON(params))}`;
  return link.length > longestLink ? base : link;
}

/**
 * Reads the fragment of a link.
 *
 * @returns {{server?: string, name: string, isTopic: boolean, params?: unknown[] | object} | undefined} `undefined` if it
 *   is none of this page. Without a server, the link is to the one that is connected.
 */
export function readLink(hash) {
  const match = /^#(?:server\/([^/]+)\/)?(method|topic)\/([^?]+)(?:\?(.*))?$/.exec(hash);
  if (!match) return undefined;
  const [, server, kind, name, params] = match;
  try {
    return {
      ...(server && { server: completed(decodeURIComponent(server)) }),
      name: decodeURIComponent(name),
      isTopic: kind === "topic",
      params: params ? parseJSON(decodeURIComponent(params)) : undefined,
    };
  } catch {
    return undefined;
  }
}

/** Returns the URL of a server as the page uses it, or a text that is none as it is. */
function completed(text) {
  try {
    return addressFrom(text);
  } catch {
    return text;
  }
}
