/** The longest delay of a timer, in milliseconds. An engine runs a timer with a longer one immediately. */
const longestDelayMs = 2 ** 31 - 1;

/**
 * Returns a delay that a timer can have, in milliseconds: at least 0, and at most about 24 days.
 *
 * @param {number} delayMs
 * @throws {TypeError} If the delay is not a number.
 */
export function timerDelay(delayMs) {
  if (typeof delayMs !== "number" || Number.isNaN(delayMs)) {
    throw new TypeError(`a time in milliseconds must be a number, not ${String(delayMs)}`);
  }
  return Math.min(Math.max(delayMs, 0), longestDelayMs);
}

/**
 * Returns a time limit as the delay of a timer; undefined for `null` and `Infinity`, which are no limit.
 *
 * @param {number | null} limitMs
 */
export function timeLimit(limitMs) {
  return limitMs === null || limitMs === Infinity ? undefined : timerDelay(limitMs);
}
