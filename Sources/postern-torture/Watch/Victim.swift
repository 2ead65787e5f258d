import NIOCore
import NIOPosix
import PosternMeasuring

/// A client that does nothing wrong, on a thread of its own.
final class Victim: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let workload: NIOLoopBound<VictimWorkload>

    /// Connects, and begins to call.
    init(calling method: String, at address: SocketAddress) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let whenOpen = loop.makePromise(of: Void.self)
        workload = try await ClientBootstrap(group: loop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let workload = VictimWorkload(calling: method, on: loop)
                    let socket = RawWebSocket(workload, whenOpen: whenOpen)
                    try channel.pipeline.syncOperations.addHandler(socket)
                    return NIOLoopBound(workload, eventLoop: loop)
                }
            }
        try await whenOpen.futureResult.get()
    }

    /// Returns the figures since the last time.
    func take() async throws -> VictimFigures {
        try await group.next().submit { [workload] in workload.value.take() }.get()
    }

    /// Disconnects.
    func stop() async { try? await group.shutdownGracefully() }
}

/// The latency of a victim's calls.
struct VictimFigures: Sendable {
    var times = Histogram()
    /// The calls that were refused, or not answered within five seconds, or lost with their connection.
    var failed = 0

    /// The 99th percentile of the latency, in milliseconds.
    var p99: Double { times.quantile(0.99) / 1_000_000 }

    mutating func merge(_ other: VictimFigures) {
        times.merge(other.times)
        failed += other.failed
    }
}
