import { timeLimit, timerDelay } from "./time-limit.js";

const defaults = {
  /** The time limit of calls that have none of their own, in milliseconds; `null` for none. Progress renews it. */
  timeoutMs: 60000,
  /** The time limit of an attempt to connect, in milliseconds; `null` for none. */
  dialTimeoutMs: 10000,
  /** The shortest and longest delay before the next connection attempt, in milliseconds. */
  minimumDelayMs: 250,
  maximumDelayMs: 15000,
  /** The maximum number of calls in flight. The server's default limit is 128; a notification that runs counts too. */
  maximumInFlight: 120,
  /** The maximum number of messages queued while there is no open connection, or while enough calls are in flight. */
  maximumWaiting: 10000,
  /** The maximum number of entries in a batch, equal to the server's default limit. */
  maximumBatch: 1000,
  /** The time without a message after which the client pings the server, in milliseconds; 0 disables pings. */
  pingAfterMs: 30000,
  /** The time after which a connection without an answer to a ping is replaced, in milliseconds; `null` for never. */
  pingTimeoutMs: 10000,
  /** Whether integers beyond 2^53 - 1 in results, events and errors arrive as `bigint`. */
  exactIntegers: false,
};

/**
 * @typedef {Partial<typeof defaults> & {WebSocket?: typeof WebSocket}} ClientOptions `WebSocket` is the constructor of
 * WebSockets, by default that of the engine.
 */

/**
 * Returns the options with the defaults of those that are undefined.
 *
 * @param {ClientOptions} options
 * @throws {TypeError} If an option is unknown, a time is not a number, or a maximum is no positive whole number.
 */
export function complete(options) {
  checkNames(options, ["WebSocket", ...Object.keys(defaults)]);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const complete = { WebSocket: globalThis.WebSocket, ...defaults, ...Object.fromEntries(given) };
  for (const name of ["timeoutMs", "dialTimeoutMs", "pingAfterMs", "pingTimeoutMs"]) timeLimit(complete[name]);
  for (const name of ["minimumDelayMs", "maximumDelayMs"]) timerDelay(complete[name]);
  for (const name of ["maximumInFlight", "maximumWaiting", "maximumBatch"]) checkMaximum(name, complete[name]);
  return complete;
}

/**
 * Checks an option that limits a number of calls, messages or events.
 *
 * @param {string} name
 * @param {number} maximum
 * @throws {TypeError} If it is neither a positive whole number nor `Infinity`, which is no limit.
 */
export function checkMaximum(name, maximum) {
  if (maximum === Infinity || (Number.isInteger(maximum) && maximum > 0)) return;
  throw new TypeError(`${name} must be a positive whole number or Infinity, not ${String(maximum)}`);
}

/**
 * Checks the names of options, as a misspelled one would have no effect.
 *
 * @param {object} options
 * @param {string[]} names
 * @throws {TypeError} If an option has another name.
 */
export function checkNames(options, names) {
  for (const name in options) {
    if (!names.includes(name)) throw new TypeError(`unknown option ${name}; the options are ${names.join(", ")}`);
  }
}
