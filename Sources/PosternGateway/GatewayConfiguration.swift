public import LibWebSockets
public import Logging
public import PosternJSONRPC

/// Everything that can be set about a gateway.
///
/// The defaults are safe: loopback, local pages only, all limits on.
public struct GatewayConfiguration: Sendable {
    /// Where to listen, with how many loops, and the limits of HTTP connections.
    public var server = HTTPServer.Configuration()
    /// Which pages and names may reach the gateway.
    public var origins = OriginPolicy()
    /// The page and its files.
    public var files = StaticFiles()
    /// The limits of a WebSocket.
    public var webSocket = WebSocketLimits()
    /// The limits of JSON-RPC messages.
    public var messages = JSONRPCLimits()
    /// Calls of all clients together that may wait for a thread before they begin; one more is answered -32009.
    public var waitingCalls = 16_384
    /// How the gateway stops.
    public var drain = DrainTimes()
    /// Whether the service behind the dispatcher can be reached now; while it cannot, `/readyz` answers 503.
    ///
    /// Called on event loops, so it must not wait. `/livez` does not depend on it.
    public var isServiceReachable: @Sendable () -> Bool = { true }
    /// Whether the details of errors tell the hops of the error, and what happened there; see `TracingDispatcher`.
    ///
    /// What errors of handlers say of themselves then goes to every caller, so not where strangers call.
    public var sendsTraces = false
    /// Takes a line at `info` for each HTTP request, and for each WebSocket that is opened or closed; `nil` for none.
    ///
    /// It is called on a thread of its own: when it blocks, lines are dropped and counted. Arguments and query strings are
    /// never logged.
    public var accessLog: Logger?
    /// Answers `/echo` with a WebSocket that sends every message back, for conformance suites.
    package var offersEcho = false
    /// How often a comment is sent on an SSE stream, in milliseconds.
    public var heartbeatMilliseconds: UInt64 = 15_000

    /// The defaults.
    public init() {}
}

/// The times of a stop: first nothing is ready, then nothing new is accepted, then connections are closed.
///
/// A stop takes at most their sum and half a second; by default it fits into the 10 s after which container engines
/// kill.
public struct DrainTimes: Sendable {
    /// How long connections are still accepted while the gateway says that it is not ready.
    public var lead: Duration = .zero
    /// How long calls may take to end; those that have not are then answered -32053.
    public var grace: Duration = .seconds(7)
    /// How long closing WebSockets is spread over, so that not everybody comes back at once.
    public var spread: Duration = .seconds(2)

    /// The defaults.
    public init() {}
}
