import NIOCore
import NIOPosix
import PosternMeasuring

/// A client that does nothing wrong, on a thread of its own.
final class Victim: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let workload: NIOLoopBound<VictimWorkload>

    /// Connects, and begins to call.
    init(calling method: String, expecting result: String = "3", at address: SocketAddress) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let whenOpen = loop.makePromise(of: Void.self)
        workload = try await ClientBootstrap(group: loop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let workload = VictimWorkload(calling: method, expecting: result, on: loop)
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
    /// The calls that failed, by the code of the error, `late` for those without an answer, and `lost`.
    private(set) var failures: [String: Int] = [:]

    /// The 99th percentile of the latency, in milliseconds.
    var p99: Double { times.quantile(0.99) / 1_000_000 }

    /// The median of the latency, in milliseconds.
    var median: Double { times.quantile(0.5) / 1_000_000 }

    mutating func fail(_ reason: String, _ count: Int = 1) { failures[reason, default: 0] += count }

    mutating func merge(_ other: VictimFigures) {
        times.merge(other.times)
        failures.merge(other.failures, uniquingKeysWith: +)
    }
}
