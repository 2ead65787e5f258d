/** The addresses that are kept for all tabs, and the one that this tab uses. */
const knownPlace = "postern:servers";
const chosenPlace = "postern:server";
const keptAddresses = 10;

/**
 * Returns the URL of the WebSocket that a text names: `localhost:8080`, `https://api.example` or `wss://api.example/rpc`.
 *
 * @param {string} text
 * @throws {SyntaxError} If it is not the address of a server.
 */
export function addressFrom(text) {
  const typed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `${location.protocol}//${typed}`;
  if (!typed || !URL.canParse(whole)) throw new SyntaxError("An address is needed, such as localhost:8080 or wss://api.example/rpc.");
  const url = new URL(whole);
  const scheme = { "http:": "ws:", "ws:": "ws:", "https:": "wss:", "wss:": "wss:" }[url.protocol];
  if (!scheme) throw new SyntaxError(`A page connects to ws:// and wss:// only, not to ${url.protocol}//.`);
  if (scheme === "ws:" && location.protocol === "https:" && !isLocal(url.hostname)) {
    throw new SyntaxError("This page was loaded with TLS, so its browser connects to wss:// only.");
  }
  const path = url.pathname === "/" ? "/rpc" : url.pathname;
  return `${scheme}//${url.host}${path}`;
}

const isLocal = (host) => host === "localhost" || host.endsWith(".localhost") || host.startsWith("127.") || host === "[::1]";

/** Returns the origin of the HTTP doors of a server. @param {string} address The URL of its WebSocket. */
export function originOf(address) {
  const { host, protocol } = new URL(address);
  return `${protocol === "wss:" ? "https:" : "http:"}//${host}`;
}

/** Returns the URL of the WebSocket of the server that the page came from. */
export const ownAddress = () => `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/rpc`;

/** Returns the URL of the server of this tab: the one that was chosen last, or else the one that the page came from. */
export const currentAddress = () => read(sessionStorage, chosenPlace) ?? ownAddress();

/** Returns the addresses that were used, the last one first. @returns {string[]} */
export function knownAddresses() {
  try {
    return JSON.parse(read(localStorage, knownPlace) ?? "[]");
  } catch {
    return [];
  }
}

/** Uses a server from now on, also after a reload of this tab. */
export function chooseAddress(address) {
  const known = [address, ...knownAddresses().filter((other) => other !== address)].slice(0, keptAddresses);
  write(localStorage, knownPlace, JSON.stringify(known));
  write(sessionStorage, chosenPlace, address === ownAddress() ? undefined : address);
}

/** A browser that blocks storage throws at every use of it. */
function read(storage, name) {
  try {
    return storage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(storage, name, value) {
  try {
    if (value === undefined) storage.removeItem(name);
    else storage.setItem(name, value);
  } catch {
    // The address is then used until the next reload only.
  }
}
