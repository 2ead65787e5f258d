public import LibWebSockets
public import Logging
public import PosternJSONRPC

/// The settings of a gateway.
///
/// The defaults are safe: the gateway listens on the loopback interface, admits local pages only, and has limits for
/// everything that a client can send.
public struct GatewayConfiguration: Sendable {
    /// The addresses, the number of event loops, and the limits of HTTP connections.
    public var server = HTTPServer.Configuration()
    /// The pages and host names that are admitted.
    public var origins = OriginPolicy()
    /// The static files that are served.
    public var files = StaticFiles()
    /// The limits of each WebSocket.
    public var webSocket = WebSocketLimits()
    /// The limits of JSON-RPC messages and sessions.
    public var messages = JSONRPCLimits()
    /// The title and version of the interface in `rpc.discover` and `/openrpc.json`.
    ///
    /// They are those of the service, so a gateway in front of a service in another process needs them too.
    public var information = ServerInformation()
    /// The maximum number of calls of all clients that wait for a thread before they begin; calls above it are answered
    /// with the error -32009.
    public var waitingCalls = 16_384
    /// The number of bytes that all clients of the process together make it hold; `nil` for 256 MiB, or half of the
    /// memory that the control group allows if that is less.
    ///
    /// It applies to the whole process. Above three quarters of it, calls of clients that hold more than their share are
    /// answered with the error -32009; above it, the client that holds most is disconnected.
    public var processHeldBytes: Int?
    /// Whether every client may read the numbers of calls, connections, held bytes and refusals with `rpc.status`.
    public var offersStatus = false
    /// The times of a stop.
    public var drain = DrainTimes()
    /// A function that returns whether the service behind the dispatcher can be reached; if not, `/readyz` responds
    /// with status 503.
    ///
    /// It is called on event loops, so it must not block. `/livez` does not depend on it.
    public var isServiceReachable: @Sendable () -> Bool = { true }
    /// Whether the details of errors contain a trace of the processes that the error has passed; see
    /// `TracingDispatcher`.
    ///
    /// The trace contains the descriptions of errors that handlers throw, so public servers should not send it.
    public var sendsTraces = false
    /// The logger for a line at level `info` for each HTTP request and for each WebSocket that opens or closes; `nil`
    /// for none.
    ///
    /// It is called on a thread of its own. While it blocks, lines above the capacity of the queue are dropped and
    /// counted. Arguments and query strings are never logged.
    public var accessLog: Logger?
    /// Whether `/echo` is a WebSocket that sends every message back, for conformance suites.
    package var offersEcho = false
    /// The interval of the comments that keep event streams alive, in milliseconds.
    public var heartbeatMilliseconds: UInt64 = 15_000

    /// Creates a configuration with the default values.
    public init() {}
}

/// The times of a stop.
///
/// A stop takes at most their sum and half a second. With the defaults that is less than the 10 seconds after which
/// container engines kill a process.
public struct DrainTimes: Sendable {
    /// The time in which connections are still accepted while `/readyz` already fails.
    public var lead: Duration = .zero
    /// The time in which calls in flight may end; later they are answered with the error -32053.
    public var grace: Duration = .seconds(7)
    /// The time over which the closing of WebSockets is spread, so that the clients do not reconnect simultaneously.
    public var spread: Duration = .seconds(2)

    /// Creates times with the default values.
    public init() {}
}
