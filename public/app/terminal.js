import { originOf } from "./address.js";
import { writeJSON } from "./json.js";
import { dataOption, hereDocument, isLong, quoted } from "./shell.js";

/**
 * Returns the command lines that make the same call: one for curl, which reads a stream as server-sent events, and one
 * for the program `postern`. A notification has only the first.
 *
 * @param {{name: string, params?: unknown[] | object, kind: "call" | "notification" | "stream" | "topic"}} call
 * @param {string} address The URL of the WebSocket of the server.
 * @returns {{curl: string, postern?: string}}
 */
export function commandsFor({ name, params, kind }, address) {
  const curl = curlFor({ name, params, kind }, originOf(address), new URL(address).pathname);
  const program = (command, ...words) => ["postern", command, ...[address, name].map(quoted), ...words].join(" ");
  if (kind === "notification") return { curl };
  return { curl, postern: kind === "topic" ? program("watch") : program("call", ...argumentsOf(params)) };
}

function curlFor({ name, params, kind }, origin, pathname) {
  const path = name.split(".").map(encodeURIComponent).join("/");
  if (kind === "topic") return `curl -s -N ${quoted(`${origin}/events/${path}`)}`;
  const json = "-H 'Content-Type: application/json'";
  if (kind === "stream") {
    // One request for a message cannot be a stream; the path of a method can.
    const url = quoted(`${origin}${pathname}/${path}`);
    return `curl -s -N -H 'Accept: text/event-stream' ${json} ${url}${dataOption(writeJSON(params ?? {}))}`;
  }
  const message = { jsonrpc: "2.0", ...(kind === "notification" ? {} : { id: 1 }), method: name, params };
  return `curl -s ${json} ${quoted(origin + pathname)}${dataOption(writeJSON(message))}`;
}

/**
 * Writes the arguments as the program `postern` reads them: JSON values, or names with JSON values. Long ones are JSON
 * that the program reads from its input.
 */
function argumentsOf(params = []) {
  const line = writeJSON(params);
  if (isLong(line)) return ["-", hereDocument(line)];
  const words = Array.isArray(params)
    ? params.map((value) => writeJSON(value))
    : Object.entries(params).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${writeJSON(value)}`);
  const separator = words.some((word) => word.startsWith("-")) ? ["--"] : [];
  return [...separator, ...words.map(quoted)];
}
