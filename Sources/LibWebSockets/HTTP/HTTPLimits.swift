/// The limits and timeouts of HTTP connections.
public struct HTTPLimits: Sendable {
    /// The limits of the head of a request.
    public var head = HTTPHeadLimits()
    /// The maximum time for a head in milliseconds, counted from the start of the connection, or from the first byte of
    /// a later head.
    public var headMilliseconds: UInt64 = 10_000
    /// The maximum time in milliseconds without progress of a body that is being read.
    public var bodyMilliseconds: UInt64 = 10_000
    /// The maximum time in milliseconds between a response and the next request.
    public var idleMilliseconds: UInt64 = 15_000
    /// The maximum time in milliseconds without progress of unsent output.
    public var stallMilliseconds: UInt64 = 10_000
    /// The minimum rate of bodies and of unsent output in bytes per second, averaged over ``bodyMilliseconds`` and
    /// ``stallMilliseconds``; 0 accepts any progress.
    public var minimumRate = 16 << 10
    /// The maximum number of requests per connection.
    public var maximumRequests = 1_000
    /// The size in bytes of unsent output above which a stream counts as crowded.
    public var maximumQueuedBytes = 1 << 20
    /// The size in bytes of pipelined input above which reading pauses until the current request has been answered.
    package var maximumPipelinedBytes = 64 << 10

    /// Creates limits with the default values.
    public init() {}
}

/// The limits of the head of a request.
public struct HTTPHeadLimits: Sendable {
    /// The maximum size of the head in bytes.
    public var maximumBytes = 8_192
    /// The maximum number of header fields.
    public var maximumFields = 64
    /// The maximum size of the request target in bytes.
    public var maximumTargetBytes = 4_096

    /// Creates limits with the default values.
    public init() {}
}
