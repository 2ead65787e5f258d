/// The limits and timeouts of a WebSocket.
public struct WebSocketLimits: Sendable {
    /// The maximum size of a received message in bytes; a larger one closes the connection with 1009.
    public var maximumMessageBytes = 1 << 20
    /// The maximum number of frames of a received message; more close the connection with 1008.
    package var maximumFragments = 1_024
    /// The maximum time in milliseconds without progress of an incomplete message.
    public var messageMilliseconds: UInt64 = 10_000
    /// The maximum size in bytes of unsent output that the client has not requested, such as events.
    public var maximumQueuedBytes = 1 << 20
    /// The maximum size in bytes of all unsent output, of which a quarter is reserved for error responses: a larger
    /// response is replaced by an error once the other three quarters are full.
    public var maximumAnswerBytes = 64 << 20
    /// The maximum time in milliseconds without progress of unsent output.
    public var stallMilliseconds: UInt64 = 10_000
    /// The minimum rate of incomplete messages and of unsent output in bytes per second, averaged over
    /// ``messageMilliseconds`` and ``stallMilliseconds``; 0 accepts any progress.
    public var minimumRate = 16 << 10
    /// The time in milliseconds without input after which a ping is sent.
    public var pingMilliseconds: UInt64 = 25_000
    /// The time in milliseconds after a ping within which input must arrive.
    public var pongMilliseconds: UInt64 = 10_000
    /// The maximum time in milliseconds that a client may take to respond to a close frame.
    public var closeMilliseconds: UInt64 = 5_000

    /// Creates limits with the default values.
    public init() {}

    /// The time in milliseconds without input after which a socket counts as silent.
    var silenceMilliseconds: UInt64 { pingMilliseconds + pongMilliseconds }
}
