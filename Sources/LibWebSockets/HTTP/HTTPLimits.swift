/// The limits and times of HTTP connections.
public struct HTTPLimits: Sendable {
    /// The limits of a request's head.
    public var head = HTTPHeadLimits()
    /// How long a head may take, from the connection or from its first byte.
    public var headMilliseconds: UInt64 = 10_000
    /// How long a body that is read may make no progress.
    public var bodyMilliseconds: UInt64 = 10_000
    /// How long a connection may be idle between requests.
    public var idleMilliseconds: UInt64 = 15_000
    /// How long output may wait without any of it leaving.
    public var stallMilliseconds: UInt64 = 10_000
    /// The bytes of a body, and of output that waits, that have to move in a second, on average over each of the two times
    /// that they may make no progress; 0 accepts any progress.
    public var minimumRate = 16 << 10
    /// Requests on one connection.
    public var maximumRequests = 1_000
    /// Output of a stream that may wait, in bytes.
    public var maximumQueuedBytes = 1 << 20
    /// Bytes that are read ahead behind a request that is still being answered; what follows them waits unread.
    package var maximumPipelinedBytes = 64 << 10

    /// The defaults.
    public init() {}
}

/// The limits of a request's head.
public struct HTTPHeadLimits: Sendable {
    /// Bytes of the whole head.
    public var maximumBytes = 8_192
    /// Header fields.
    public var maximumFields = 64
    /// Bytes of the request target.
    public var maximumTargetBytes = 4_096

    /// The defaults.
    public init() {}
}
