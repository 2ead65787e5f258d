/// Accepts connections from one listening socket on one loop.
final class Acceptor: PollOwner {
    private let socket: ListeningSocket
    private let atOnce: Int
    private unowned let worker: ServerWorker
    private var handle: PollHandle?

    /// The maximum number of connections accepted in one turn, so that open connections are served in between.
    private static let acceptsPerTurn = 64

    /// Creates an acceptor and starts to watch the socket.
    ///
    /// - Parameters:
    ///   - socket: The listening socket.
    ///   - isShared: Whether other loops watch it too. Then one connection is accepted per turn, so that connections
    ///     are distributed over the loops.
    ///   - worker: The worker that owns the accepted connections.
    init(_ socket: ListeningSocket, isShared: Bool, for worker: ServerWorker) {
        self.socket = socket
        self.worker = worker
        atOnce = isShared ? 1 : Self.acceptsPerTurn
        handle = unsafe PollHandle(watching: socket.descriptor, on: worker.loop.raw.pointer, for: self)
        resume()
    }

    func descriptorIsReady(readable: Bool, writable: Bool, failed: Bool) { accept(atMost: atOnce) }

    /// Accepts up to `count` pending connections.
    func accept(atMost count: Int) {
        for _ in 0..<count where !worker.accept(on: socket.descriptor) { return }
    }

    /// Stops watching the socket until ``resume()``; connections wait in the kernel's backlog.
    func pause() { handle?.watch(readable: false, writable: false) }

    func resume() { handle?.watch(readable: true, writable: false) }

    /// Stops watching the socket, which is closed when the acceptor is released.
    func close() {
        handle?.close()
        handle = nil
    }
}
