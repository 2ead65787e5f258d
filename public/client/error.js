/** The error codes that a client receives or creates. Codes of an application are outside -32768 … -32000. */
export const Code = Object.freeze({
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** There is no such reference: it was never passed, or it was released. */
  notFound: -32001,
  deadlineExceeded: -32002,
  /** A limit is reached: of the server, or of the calls that wait in this client. */
  busy: -32009,
  /** A batch has more entries than the server permits. */
  batchTooLarge: -32010,
  positionLost: -32052,
  cancelled: -32800,
  /** The connection ended before the reply arrived. Created by this client and never sent. */
  connectionLost: -32099,
});

/**
 * The error with which a call fails.
 *
 * `data` is what the server sent. Errors created by this client set its `name`, `retryable` and `executed`.
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

  /** Creates an error from the `error` member of a reply. Missing and invalid members are replaced by defaults. */
  static from(error) {
    const code = Number.isInteger(error?.code) ? error.code : Code.internal;
    return new PosternError(code, String(error?.message ?? "no message"), error?.data);
  }

  /** Creates the error of a message that cannot be encoded. @param {unknown} cause What was thrown, of any type. */
  static notSent(cause) {
    if (cause instanceof PosternError && cause.data?.executed === "no") return cause;
    const data = { name: "invalid_argument", retryable: false, executed: "no" };
    const error = new PosternError(Code.invalidParams, `not sent: ${textOf(cause)}`, data);
    error.cause = cause;
    return error;
  }

  /** @param {string} reason */
  static busy(reason) {
    return new PosternError(Code.busy, reason, { name: "resource_exhausted", retryable: true, executed: "no" });
  }

  /** Creates the error of a call whose result is a stream, which only a feed reads. @param {string} method */
  static unreadStream(method) {
    const data = { name: "failed_precondition", retryable: false, executed: "yes" };
    const hint = `${method} returns a stream: read it with rpc.stream("${method}", params)`;
    return new PosternError(Code.invalidRequest, hint, data);
  }

  /** Creates the error of an answer that is not valid JSON-RPC. @param {string} reason */
  static invalidAnswer(reason) {
    return new PosternError(Code.internal, reason, { name: "internal", retryable: false, executed: "unknown" });
  }

  /** @param {"no" | "unknown"} executed */
  static connectionLost(executed, reason = "the connection was lost") {
    return new PosternError(Code.connectionLost, reason, { name: "unavailable", retryable: true, executed });
  }

  /** @param {"no" | "unknown"} executed @param {string} [obstacle] Why there is no connection. */
  static deadlineExceeded(executed, timeoutMs, obstacle) {
    const data = { name: "deadline_exceeded", retryable: false, executed };
    const reason = obstacle ? `not connected: ${obstacle}; not sent within` : "no reply within";
    return new PosternError(Code.deadlineExceeded, `${reason} ${timeoutMs} ms`, data);
  }

  /** @param {"no" | "unknown"} executed */
  static cancelled(executed) {
    return new PosternError(Code.cancelled, "cancelled", { name: "canceled", retryable: false, executed });
  }
}

/** Returns a description of a thrown value; one whose own description throws is named by its type. */
function textOf(thrown) {
  try {
    return String(thrown?.message ?? thrown);
  } catch {
    return typeof thrown;
  }
}
