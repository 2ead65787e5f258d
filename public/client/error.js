/** The error codes a client meets; an application's own codes lie outside -32768 … -32000. */
export const Code = Object.freeze({
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** No such reference: never lent, or released. */
  notFound: -32001,
  deadlineExceeded: -32002,
  positionLost: -32052,
  cancelled: -32800,
  /** Made by this client, never on the wire: the connection ended before the reply came. */
  connectionLost: -32099,
});

/**
 * What a failed call throws.
 *
 * `data` is what the server sent; errors made by this client carry the same three members.
 *
 * @typedef {{name?: string, retryable?: boolean, executed?: "no" | "yes" | "unknown",
 *            retryAfterMs?: number, traceId?: string, details?: unknown}} ErrorData
 */
export class PosternError extends Error {
  /**
   * @param {number} code
   * @param {string} message
   * @param {ErrorData} [data]
   */
  constructor(code, message, data) {
    super(message);
    this.name = "PosternError";
    this.code = code;
    this.data = data;
  }

  /** Reads the `error` member of a reply; what is missing or odd in it is replaced, so this never throws. */
  static from(error) {
    const code = Number.isInteger(error?.code) ? error.code : Code.internal;
    return new PosternError(code, String(error?.message ?? "no message"), error?.data);
  }

  /** @param {"no" | "unknown"} executed */
  static connectionLost(executed, reason = "the connection was lost") {
    return new PosternError(Code.connectionLost, reason, { name: "unavailable", retryable: true, executed });
  }

  /** @param {"no" | "unknown"} executed */
  static deadlineExceeded(executed, timeoutMs) {
    const data = { name: "deadline_exceeded", retryable: false, executed };
    return new PosternError(Code.deadlineExceeded, `no reply within ${timeoutMs} ms`, data);
  }

  /** @param {"no" | "unknown"} executed */
  static cancelled(executed) {
    return new PosternError(Code.cancelled, "cancelled", { name: "canceled", retryable: false, executed });
  }
}
