/// How much one client may ask for.
public struct JSONRPCLimits: Hashable, Sendable {
    /// Calls that may run at once; one more is answered -32009.
    public var callsInFlight = 128
    /// Subscriptions that may be open at once; one more is answered -32006.
    public var subscriptions = 256
    /// Entries of a batch; a larger one is answered with one -32010, and nothing of it runs.
    public var batchEntries = 1000
    /// Calls of one batch that run at once; the rest waits.
    public var batchCallsAtOnce = 32
    /// Bytes of all answers of a batch; those that do not fit are answered -32011.
    public var batchResponseBytes = 25_000_000
    /// Bytes of one answer; a larger one becomes -32003.
    public var responseBytes = 8 << 20
    /// Values in one message; a message with more is answered -32600.
    public var values = 100_000
    /// Responses nobody waits for; one more closes the connection with 4503.
    public var strayResponses = 100
    /// Events held for a subscription whose response has to leave first.
    public var heldEvents = 1024
    /// References that either side may hold of the other; one more fails with -32056.
    public var references = 10_000
    /// Calls to the client that it has not answered yet, given up or not; one more fails with `.busy` where it is made.
    public var callsToClient = 128
    /// Bytes of calls, notifications and releases to the client that wait for its event loop; above it they fail with
    /// `.busy` where they are made.
    public var queuedBytesToClient = 4 << 20
    /// The longest time a call may be given; `nil` for no limit.
    public var longestTimeout: Duration?

    /// The largest name of a method, and the largest id, in bytes.
    public static let maximumNameBytes = 128

    /// The limits that fit most gateways.
    public init() {}
}
