/**
 * The types of `postern.js`.
 *
 *     const sum = await rpc.call<number>("calculator.add", [1, 2]);
 *     for await (const { value } of rpc.subscribe<Message>("chat.room")) console.log(value.text);
 *
 * The type of a result is what the caller states: the client does not check it.
 */

/** Positional arguments, or an object of named ones. */
export type Params = readonly unknown[] | object;

/** A point in the history of a topic. */
export interface Position {
  epoch: string;
  seq: number;
}

export interface CallOptions<Progress = any> {
  /**
   * The time limit for the reply in milliseconds, including the wait for a connection. `null` and `Infinity` are no
   * limit. By default, `timeoutMs` of the client, which every progress value starts again.
   */
  timeoutMs?: number | null;
  /** Aborting it cancels the call. */
  signal?: AbortSignal;
  /** Called with each progress value until the reply arrives. */
  onProgress?: (value: Progress) => void;
  /** Additional members of the request's `meta`. */
  meta?: Record<string, unknown>;
}

export interface FeedOptions {
  /** The maximum number of unread events, 256 by default; `Infinity` for no limit. Beyond it, the oldest is dropped. */
  bufferSize?: number;
  /** The position to continue after. By default, only new events are read. */
  since?: Position;
  /** Called for each run of missing events. */
  onGap?: (gap: Gap) => void;
  /** Called whenever the server accepts the subscription, also after a reconnect. */
  onOpen?: (result: Subscription) => void;
  /** Aborting it unsubscribes and ends the loop. */
  signal?: AbortSignal;
}

/** A run of missing events; `to` and `dropped` are set only if their number is known. */
export interface Gap {
  from?: number;
  to?: number;
  dropped?: number;
  reason?: string;
}

/** The server's reply to a subscription. */
export interface Subscription extends Partial<Position> {
  subscription: string;
  recovered?: boolean;
}

export interface FeedEvent<T = any> extends Partial<Position> {
  value: T;
}

/** A subscription, read by one `for await` loop. Leaving the loop unsubscribes. */
export interface Feed<T = any> extends AsyncIterableIterator<FeedEvent<T>> {
  /** The server's first reply to the subscription. Rejected if the feed ends before it arrives. */
  readonly opened: Promise<Subscription>;
  /** The position of the last event, if the topic has a history. */
  readonly since: Position | undefined;
  /** Whether the feed has ended, on either side. */
  readonly ended: boolean;
  /** Unsubscribes and drops the unread events. */
  close(): void;
}

export interface BatchEntry {
  method: string;
  params?: Params;
  /** Whether the entry is a notification, whose result is fulfilled with `undefined`. */
  notify?: boolean;
}

/** The parts of the WebSocket interface that the client uses. */
export interface WebSocketConstructor {
  new (url: string, protocol: string): {
    binaryType: string;
    onopen: any;
    onmessage: any;
    onclose: any;
    onerror: any;
    send(text: string): void;
    close(code?: number, reason?: string): void;
  };
}

/**
 * The options of a client. All times are in milliseconds. Each maximum is a positive whole number, or `Infinity` for no
 * limit.
 */
export interface ClientOptions {
  /** The constructor of WebSockets, by default that of the engine. Node 20 has none. */
  WebSocket?: WebSocketConstructor;
  /** The time limit of calls that have none of their own, 60,000 by default; `null` for none. */
  timeoutMs?: number | null;
  /** The time limit of an attempt to connect, 10,000 by default; `null` for none. */
  dialTimeoutMs?: number | null;
  /** The shortest delay before the next connection attempt, 250 by default. */
  minimumDelayMs?: number;
  /** The longest delay before the next connection attempt, 15,000 by default. */
  maximumDelayMs?: number;
  /** The maximum number of calls in flight, 120 by default; further calls are queued. */
  maximumInFlight?: number;
  /** The maximum number of queued messages, 10,000 by default; further calls fail with -32009. */
  maximumWaiting?: number;
  /** The maximum number of entries in a batch, 1,000 by default. */
  maximumBatch?: number;
  /** The time without a message after which the client pings the server, 30,000 by default; 0 disables pings. */
  pingAfterMs?: number | null;
  /** The time after which a connection without an answer to a ping is replaced, 10,000 by default; `null` for never. */
  pingTimeoutMs?: number | null;
  /** Whether integers beyond 2^53 - 1 in results, events and errors arrive as `bigint`; false by default. */
  exactIntegers?: boolean;
}

/** A connection that ended. Without `retryInMs`, the client does not reconnect. */
export interface ConnectionEnd {
  code: number;
  reason: string;
  retryInMs?: number;
}

/** A message that was sent or received. */
export interface Frame {
  direction: "in" | "out";
  text: string;
}

/** A notification that belongs to no subscription and has no handler. */
export interface Notification {
  jsonrpc: "2.0";
  method: string;
  params?: any;
}

/** The events of a client, by name. */
export interface PosternEvents {
  open: CustomEvent<null>;
  close: CustomEvent<ConnectionEnd>;
  frame: CustomEvent<Frame>;
  notification: CustomEvent<Notification>;
  /** The error because of which a message was ignored, or which a callback or a handler threw. */
  fault: CustomEvent<unknown>;
}

/** A function of the server. It is valid until it is released or the connection ends. */
export interface RemoteFunction<Arguments extends unknown[] = any[], Result = any> {
  (...params: Arguments): Promise<Result>;
  release(): void;
}

/** An object of the server, whose methods are remote calls. It is valid until it is released or the connection ends. */
export type RemoteObject<T = Record<string, (...params: any[]) => any>> = {
  readonly [Name in keyof T]: T[Name] extends (...params: infer Arguments) => infer Result
    ? (...params: Arguments) => Promise<Awaited<Result>> : never;
} & { release(): void };

/** A reference that is live on the connection. */
export interface Reference {
  direction: "lent" | "held";
  handle: number;
  kind: "function" | "object";
  count: number;
  value: any;
}

/** A client that reconnects automatically. */
export class Postern extends EventTarget {
  /**
   * Creates a client and starts to connect.
   *
   * @param url The URL of the server; by default, `/rpc` on the host that served the page.
   * @throws {TypeError} If an option is invalid or unknown, or the engine has no WebSocket and none is passed.
   */
  constructor(url?: string, options?: ClientOptions);

  readonly url: string;
  readonly state: "connecting" | "open" | "waiting" | "closed";
  /** The references that are live on this connection. */
  readonly references: Reference[];

  /** Connects immediately, without waiting for the back-off; also reconnects after `close()`. */
  connect(): void;
  /**
   * Calls a method and returns its result. Rejects with a `PosternError` if the call fails, or if its result is a
   * stream: the client ends it, as no loop would read it.
   */
  call<T = any, Progress = any>(method: string, params?: Params, options?: CallOptions<Progress>): Promise<T>;
  /** Sends a notification: a call without a response. */
  notify(method: string, params?: Params): void;
  /** Sends several calls in one message, and returns the results in the order of the entries. */
  batch<T extends readonly unknown[] = any[]>(
    entries: readonly BatchEntry[],
    options?: CallOptions,
  ): Promise<{ -readonly [Index in keyof T]: PromiseSettledResult<T[Index]> }>;
  /** Subscribes to a topic. */
  subscribe<T = any>(topic: string, options?: FeedOptions): Feed<T>;
  /** Calls a method whose result is a stream, and returns its items as a feed. */
  stream<T = any>(method: string, params?: Params, options?: FeedOptions): Feed<T>;
  /** Registers a method that the server may call. */
  expose(method: string, handler: (params: any, signal: AbortSignal) => unknown): void;
  /** Registers functions that the server may call by name; each receives its arguments by position. */
  serve(methods: Record<string, (...params: any[]) => unknown>): void;
  /** Releases a reference to a server-side value, like its own `release()`. */
  release(reference: object): void;
  /** Returns the round-trip time to the server, in milliseconds. */
  ping(options?: CallOptions): Promise<number>;
  /** Closes the connection for good and ends all calls and subscriptions. */
  close(code?: number, reason?: string): void;

  addEventListener<Name extends keyof PosternEvents>(
    type: Name,
    listener: ((event: PosternEvents[Name]) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof PosternEvents>(
    type: Name,
    listener: ((event: PosternEvents[Name]) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

export interface ErrorData {
  name?: string;
  retryable?: boolean;
  /** Whether the handler ran. */
  executed?: "no" | "yes" | "unknown";
  retryAfterMs?: number;
  traceId?: string;
  details?: unknown;
  [member: string]: unknown;
}

/** The error with which a call fails. */
export class PosternError extends Error {
  constructor(code: number, message: string, data?: ErrorData);
  name: "PosternError";
  code: number;
  data?: ErrorData;
}

/** The error codes that a client receives or creates. Codes of an application are outside -32768 … -32000. */
export const Code: Readonly<{
  parseError: -32700;
  invalidRequest: -32600;
  methodNotFound: -32601;
  invalidParams: -32602;
  internal: -32603;
  notFound: -32001;
  deadlineExceeded: -32002;
  busy: -32009;
  batchTooLarge: -32010;
  positionLost: -32052;
  cancelled: -32800;
  connectionLost: -32099;
}>;

/** Marks an object to be passed by reference: the server may call its methods, and its fields are not sent. */
export function lend(object: object): object;
