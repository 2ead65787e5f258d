/// Carries frames between two peers, in order: a socket, or memory.
///
/// Its owner, an event loop or one task, is the only one that calls ``Peer/receive(_:)`` and ``Peer/takeOutput()``.
public protocol FrameTransport: Sendable {
    /// Where handlers are best run that take short steps between waits; `nil` for the global executor.
    var executor: (any TaskExecutor)? { get }

    /// Tells that the peer has output; the owner then calls ``Peer/takeOutput()`` soon.
    ///
    /// Called from any thread, at least once for each time there is output to be taken. Nothing of the transport's is
    /// freed under a lock that this takes.
    func outputBecameReady()

    /// Sends what is left of the peer's output, then ends the connection; any thread, once.
    func close()

    /// Waits until everything was sent, or given up, after ``close()``.
    func waitUntilClosed() async
}

extension FrameTransport {
    /// The global executor.
    public var executor: (any TaskExecutor)? { nil }

    /// Returns at once: for a transport that sends within ``close()``.
    public func waitUntilClosed() async {}
}
