import ArgumentParser
import NIOCore
import NIOPosix
import Postern
import PosternMeasuring
import PosternNIO
import PosternPrograms

/// `postern-bench native-load`: the client of benchmarks with two processes.
struct NativeLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "native-load",
        abstract: "Calls a native server from one event loop, and prints the number of calls and their latency.",
        discussion:
            "Prints begin after the warm-up, and at the end: end COUNT SECONDS P50 P99, the quantiles in microseconds.",
        shouldDisplay: false
    )

    @Argument(help: "Where the server listens.")
    var address: Address

    @Option(help: "\(NativeWorkload.names).")
    var workload = NativeWorkload.call

    @Option(help: "Connections.")
    var connections = 1

    @Option(help: "Operations in flight on each connection.")
    var inFlight = 1

    @Option(help: "Ends after this number of rounds of each task, without a warm-up, and not after a time.")
    var calls: Int?

    @Flag(help: "Makes the calls on Swift's global executor, and not on the event loop.")
    var global = false

    @OptionGroup var time: TimeOptions

    func validate() throws {
        guard (1...10_000).contains(connections), (1...10_000).contains(inFlight), calls ?? 1 > 0 else {
            throw ValidationError("--connections and --in-flight are within 1 to 10000, --calls is 1 or more")
        }
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var peers: [Peer] = []
        for _ in 0..<connections { peers.append(try await NativeClient.connect(to: address, group: group)) }
        for peer in peers { try await workload.check(peer) }
        if calls == nil { _ = try await run(for: time.warmUp, peers) }
        Output.line("begin")
        let began = ContinuousClock.now
        let (count, times) = try await run(for: time.duration, peers)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        Output.line("end \(count) \(seconds) \(times.quantile(0.5) / 1000) \(times.quantile(0.99) / 1000)")
        for peer in peers { peer.close() }
        try await group.shutdownGracefully()
    }

    /// Runs the workload on all connections; returns the number of operations, and the durations of the rounds.
    private func run(for duration: Duration, _ peers: [Peer]) async throws -> (count: Int, times: Histogram) {
        let end = ContinuousClock.now + (calls == nil ? duration : .seconds(3600))
        return try await withThrowingTaskGroup(of: Histogram.self) { group in
            for peer in peers {
                for _ in 0..<inFlight {
                    group.addTask(executorPreference: global ? nil : peer.executor) { [workload, calls] in
                        try await workload.run(on: peer, until: end, atMost: calls ?? .max)
                    }
                }
            }
            var all = Histogram()
            for try await times in group { all.merge(times) }
            return (all.count * workload.multiple, all)
        }
    }
}
