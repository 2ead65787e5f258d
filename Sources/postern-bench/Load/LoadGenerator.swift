import NIOCore
import NIOPosix
import PosternMeasuring

/// A load generator that runs all its WebSockets on one event loop with its own thread.
final class LoadGenerator: Sendable {
    /// The most handshakes at a time: more would overflow the accept queue of a gateway.
    private static let openedAtOnce = 64

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let loop: any EventLoop
    private let counters: NIOLoopBoundBox<LoadCounters>

    init() {
        loop = group.next()
        counters = NIOLoopBoundBox.makeBoxSendingValue(LoadCounters(), eventLoop: loop)
    }

    /// Opens WebSockets, at most ``openedAtOnce`` at a time, and returns when all are open.
    ///
    /// - Parameters:
    ///   - count: The number of WebSockets.
    ///   - port: The port of the gateway on this machine.
    ///   - makeWorkload: Creates the workload of a WebSocket; called on the event loop.
    /// - Throws: The error of a connection that was refused or closed.
    func open(
        _ count: Int,
        port: Int,
        makeWorkload: @escaping @Sendable (LoadCounters) -> any Workload
    ) async throws {
        for start in stride(from: 0, to: count, by: Self.openedAtOnce) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in start..<min(count, start + Self.openedAtOnce) {
                    group.addTask { try await self.open(port, makeWorkload) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Returns the counted durations, and starts to count again.
    @discardableResult
    func takeCounts() async throws -> Histogram {
        try await loop.submit { [counters] in counters.value.reset() }.get()
    }

    /// Closes all connections and ends the thread.
    func stop() async throws { try await group.shutdownGracefully() }

    private func open(_ port: Int, _ makeWorkload: @escaping @Sendable (LoadCounters) -> any Workload) async throws {
        let whenOpen = loop.makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [counters] channel in
                channel.eventLoop.makeCompletedFuture {
                    let socket = RawWebSocket(makeWorkload(counters.value), whenOpen: whenOpen)
                    try channel.pipeline.syncOperations.addHandler(socket)
                }
            }
        do { _ = try await bootstrap.connect(host: "127.0.0.1", port: port).get() } catch {
            whenOpen.fail(error)
        }
        try await whenOpen.futureResult.get()
    }
}

/// A workload that sends nothing.
final class IdleWorkload: Workload {
    func opened(_ socket: RawWebSocket) {}
    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {}
}

/// The durations of all WebSockets of one event loop.
final class LoadCounters {
    var times = Histogram()

    /// Returns the counted durations, and starts to count again.
    func reset() -> Histogram {
        defer { times = Histogram() }
        return times
    }
}
