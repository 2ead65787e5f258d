import { encode } from "../client/encoding.js";

/** Returns a command line that makes the same call; a stream is read as server-sent events. */
export function commandFor({ name, params, isNotification, isStream }) {
  const message = { jsonrpc: "2.0", ...(isNotification ? {} : { id: 1 }), method: name, params };
  const accept = isStream ? " -N -H 'Accept: text/event-stream'" : "";
  const body = encode(message).replaceAll("'", "'\\''");
  return `curl -s${accept} -H 'Content-Type: application/json' ${location.origin}/rpc \\\n  -d '${body}'`;
}
