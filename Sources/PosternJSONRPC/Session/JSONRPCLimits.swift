/// The limits on what one client may request.
public struct JSONRPCLimits: Hashable, Sendable {
    /// The number of messages that the client of a WebSocket may send in a second; `nil` for no limit.
    ///
    /// Each entry of a batch counts, and a response to a call of the server does not. A call above the limit fails with
    /// -32005, and a notification is dropped. A connection that stays above it for 10 seconds is closed with 4413.
    public var messagesPerSecond: Int?
    /// The number of calls that may run at once; further calls fail with -32009.
    public var callsInFlight = 128
    /// The number of open subscriptions; further ones fail with -32006.
    public var subscriptions = 256
    /// The number of entries in a batch; a larger batch fails as a whole with one -32010.
    public var batchEntries = 1000
    /// The number of calls of one batch that run at once; the others wait.
    public var batchCallsAtOnce = 32
    /// The number of batches of a connection without a response; the calls of further ones fail with -32009.
    public var openBatches = 16
    /// The size of the response of a batch, in bytes; entries whose responses do not fit fail with -32011.
    public var batchResponseBytes = 25_000_000
    /// The size of one response, in bytes; a larger one is replaced by the error -32003.
    public var responseBytes = 8 << 20
    /// The number of values in one message, containers included; a message with more fails with -32600.
    public var values = 100_000
    /// The number of responses to unknown calls at which the connection is closed with 4503.
    public var strayResponses = 100
    /// The number of events held for a subscription until its response is sent; one more closes with 4408.
    public var heldEvents = 1024
    /// The number of references that either side may hold of the other; further ones fail with -32056.
    public var references = 10_000
    /// The number of calls to the client without a response, cancelled ones included; further calls fail with `.busy`.
    public var callsToClient = 128
    /// The size of the messages to the client that wait for its event loop, in bytes; further calls and notifications
    /// fail with `.busy`.
    public var queuedBytesToClient = 4 << 20
    /// The longest time that a call may take; `nil` for no limit.
    public var longestTimeout: Duration?

    /// The size of a method name and of an id, in bytes.
    static let maximumNameBytes = 128

    /// Creates the default limits, which suit most gateways.
    public init() {}
}
