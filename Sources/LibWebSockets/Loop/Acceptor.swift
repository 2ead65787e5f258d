/// Watches one listening socket on one loop, until it is closed.
final class Acceptor: PollOwner {
    private let socket: ListeningSocket
    private let atOnce: Int
    private unowned let worker: ServerWorker
    private var handle: PollHandle?

    /// Connections accepted in one turn, before others are served again.
    private static let acceptsPerTurn = 64

    /// Begins to watch a socket.
    ///
    /// - Parameters:
    ///   - socket: The socket that listens.
    ///   - isShared: Whether other loops watch it too: then one connection is accepted in a turn, so that each loop has
    ///     its part.
    ///   - worker: What accepts the connections.
    init(_ socket: ListeningSocket, isShared: Bool, for worker: ServerWorker) {
        self.socket = socket
        self.worker = worker
        atOnce = isShared ? 1 : Self.acceptsPerTurn
        handle = unsafe PollHandle(watching: socket.descriptor, on: worker.loop.raw.pointer, for: self)
        resume()
    }

    func descriptorIsReady(readable: Bool, writable: Bool, failed: Bool) { accept(atMost: atOnce) }

    /// Accepts connections that wait.
    func accept(atMost count: Int) {
        for _ in 0..<count where !worker.accept(on: socket.descriptor) { return }
    }

    func pause() { handle?.watch(readable: false, writable: false) }

    func resume() { handle?.watch(readable: true, writable: false) }

    /// Stops watching; the socket is closed with the last reference to this.
    func close() {
        handle?.close()
        handle = nil
    }
}
