import { PosternError } from "./error.js";

/**
 * Returns the function that settles the promise of a call. A stream, which no loop would read, is ended.
 *
 * @param {string} method
 * @param {(value: any) => void} resolve
 * @param {(error: PosternError) => void} reject
 * @param {(subscription: string) => void} unsubscribe
 * @returns {(error: PosternError | undefined, value: any, id: number) => void}
 */
export function settler(method, resolve, reject, unsubscribe) {
  return (error, value, id) => {
    if (error) return reject(error);
    if (!isStream(value, id) || method === "rpc.subscribe") return resolve(value);
    unsubscribe(value.subscription);
    reject(PosternError.unreadStream(method));
  };
}

/** Whether the result of a call is a stream: the server names its subscription after the id of the call. */
const isStream = (value, id) => value?.subscription === String(id) && Object.keys(value).length === 1;

/**
 * Returns a promise with the same outcome, whose error names the code that awaits it in its stack.
 *
 * The error was created when the reply was read. Engines know the code that awaits a call when the call continues.
 *
 * @param {Promise<any>} promise
 */
export async function traced(promise) {
  try {
    return await promise;
  } catch (error) {
    Error.captureStackTrace?.(error);
    throw error;
  }
}
