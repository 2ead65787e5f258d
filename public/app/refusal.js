import { originOf, ownAddress } from "./address.js";

/**
 * Finds out why a server of another origin cannot be connected. Browsers hide the reason from a WebSocket, so the page
 * asks for the health of the server: whether something answers there at all.
 *
 * @param {string} address The URL of the WebSocket.
 * @returns {Promise<string>} A sentence for the user; empty for the server that the page came from.
 */
export async function reasonOfRefusal(address) {
  if (address === ownAddress()) return "";
  const { host } = new URL(address);
  const answers = await fetch(`${originOf(address)}/livez`, { mode: "no-cors" }).then(() => true, () => false);
  if (!answers) return `No server answers at ${host}.`;
  return `${host} answers, but refuses pages of ${location.origin}. Start it with --allow-origin ${location.origin}.`;
}

/**
 * Watches for connections that the policy of this page forbids.
 *
 * @param {string} address The URL of the WebSocket.
 * @param {(sentence: string) => void} blocked Called with a sentence for the user.
 */
export function watchPolicy(address, blocked) {
  const { host, protocol } = new URL(address);
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (effectiveDirective !== "connect-src" || !blockedURI.includes(host)) return;
    blocked(`This page may connect to its own server only. Open the page of ${host} itself, or start this server with `
      + `--content-security-policy "default-src 'self'; connect-src 'self' ${protocol}//${host} ${originOf(address)}".`);
  });
}
