/// Carries frames between two peers, in order: a socket, or memory.
///
/// Its owner, an event loop or one task, is the only one that calls ``Peer/receive(_:)`` and ``Peer/takeOutput()``.
package protocol FrameTransport: Sendable {
    /// Where handlers are best run that take short steps between waits; `nil` for the global executor.
    var executor: (any TaskExecutor)? { get }

    /// Starts a task where ``executor`` runs tasks; it has run up to its first wait when this returns.
    ///
    /// Called within ``Peer/receive(_:)``.
    func start(_ handler: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never>

    /// Runs a function after a time, on a thread that is not held by handlers, if there is one.
    func run(after delay: Duration, _ body: @escaping @Sendable () -> Void)

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

    /// Returns at once: for a transport that sends within ``close()``.
    package func waitUntilClosed() async {}
}
