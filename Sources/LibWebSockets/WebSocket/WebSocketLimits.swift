/// The limits and times of one WebSocket.
public struct WebSocketLimits: Sendable {
    /// The largest message that is read, in bytes; a larger one closes with 1009.
    public var maximumMessageBytes = 1 << 20
    /// The most fragments of one message; more close with 1008.
    package var maximumFragments = 1_024
    /// How long a message that has begun may make no progress.
    public var messageMilliseconds: UInt64 = 10_000
    /// The most output that may wait besides answers, in bytes.
    public var maximumQueuedBytes = 1 << 20
    /// The most output that may wait, in bytes, with answers; `WebSocket.hasRoom(forAnswer:)` keeps a quarter of it free.
    public var maximumAnswerBytes = 64 << 20
    /// How long output may wait without any of it leaving.
    public var stallMilliseconds: UInt64 = 10_000
    /// The bytes of a message, and of output that waits, that have to move in a second, on average over each of the two
    /// times above; 0 accepts any progress.
    public var minimumRate = 16 << 10
    /// After how long without input a ping is sent.
    public var pingMilliseconds: UInt64 = 25_000
    /// How long after a ping the socket counts as silent.
    public var pongMilliseconds: UInt64 = 10_000
    /// How long the other end may take to answer a close.
    public var closeMilliseconds: UInt64 = 5_000

    /// The defaults.
    public init() {}

    /// After how long without input a socket counts as silent.
    var silenceMilliseconds: UInt64 { pingMilliseconds + pongMilliseconds }
}
