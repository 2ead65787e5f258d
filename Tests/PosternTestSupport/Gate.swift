/// A gate that tasks wait for until it is opened, once and for all.
package struct Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// Creates a closed gate.
    package init() { (stream, continuation) = AsyncStream.makeStream() }

    /// Opens the gate; does nothing when it is open.
    package func open() { continuation.finish() }

    /// Waits until the gate is open, or the task is cancelled.
    package func wait() async { for await _ in stream {} }
}
