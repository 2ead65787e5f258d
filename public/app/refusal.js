import { ownAddress } from "./address.js";

/**
 * Finds out why a server of another origin cannot be connected. Browsers hide the reason from a WebSocket, so the page
 * asks for the health of the server: whether something answers there at all.
 *
 * @param {string} address The URL of the WebSocket.
 * @param {boolean} isBlocked Whether the policy of this page forbids the connection.
 * @returns {Promise<string>} A sentence for the user; empty for the server that the page came from.
 */
export async function reasonOfRefusal(address, isBlocked) {
  if (address === ownAddress()) return "";
  const { host, protocol } = new URL(address);
  if (isBlocked) {
    return `This page may connect to its own server only. Open the page of ${host} itself, or start this server with `
      + `--content-security-policy "default-src 'self'; connect-src 'self' ${protocol}//${host} ${httpOf(protocol)}//${host}".`;
  }
  const answers = await fetch(`${httpOf(protocol)}//${host}/livez`, { mode: "no-cors" }).then(() => true, () => false);
  if (!answers) return `No server answers at ${host}.`;
  return `${host} answers, but refuses pages of ${location.origin}. Start it with --allow-origin ${location.origin}.`;
}

const httpOf = (protocol) => (protocol === "wss:" ? "https:" : "http:");

/** Returns a function that tests whether the policy of this page has blocked connections to a host. */
export function watchPolicy() {
  const blocked = new Set();
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (effectiveDirective === "connect-src" && URL.canParse(blockedURI)) blocked.add(new URL(blockedURI).host);
  });
  return (address) => blocked.has(new URL(address).host);
}
