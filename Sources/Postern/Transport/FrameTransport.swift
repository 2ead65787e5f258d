/// A connection that carries frames between two peers in order: a socket, or memory.
///
/// Its owner is an event loop or one task. Only the owner calls ``Peer/receive(_:)`` and ``Peer/takeOutput()``.
package protocol FrameTransport: Sendable {
    /// The executor for handlers that run only briefly between suspensions, or `nil` for the global executor.
    var executor: (any TaskExecutor)? { get }

    /// Starts a task on ``executor``, which has run until its first suspension when this function returns.
    ///
    /// Called within ``Peer/receive(_:)``.
    func start(_ handler: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never>

    /// Runs a function after a delay, if possible on a thread that handlers cannot hold.
    func run(after delay: Duration, _ body: @escaping @Sendable () -> Void)

    /// Notifies the transport that the peer has output. The owner then calls ``Peer/takeOutput()`` soon.
    ///
    /// Called on any thread, at least once for each time that there is output. The function must not release objects
    /// while it holds a lock of the transport.
    func outputBecameReady()

    /// Sends the remaining output of the peer, then closes the connection. Called once, on any thread.
    func close()

    /// Waits, after ``close()``, until the remaining output was sent or discarded.
    func waitUntilClosed() async
}

extension FrameTransport {
    /// `nil` by default, for the global executor.
    package var executor: (any TaskExecutor)? { nil }

    /// Starts the task on the calling thread.
    package func start(_ handler: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> {
        Task.immediate(executorPreference: executor, operation: handler)
    }

    /// Runs the function on the global executor.
    package func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        Task {
            try? await Task.sleep(for: delay.clamped)
            body()
        }
    }

    /// Does not wait: for a transport that sends everything within ``close()``.
    package func waitUntilClosed() async {}
}
