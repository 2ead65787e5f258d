import ArgumentParser
import PosternGateway
import PosternPrograms

/// Measures calls through the gateway over WebSocket.
struct WebSocketBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "websocket",
        abstract: "Calls add over WebSocket, on several connections with several calls in flight on each."
    )

    @Option(help: "WebSockets.")
    var connections = Setting.value("connections", default: 50)

    @Option(help: "Calls in flight on each.")
    var depth = Setting.value("depth", default: 16)

    @OptionGroup var time: TimeOptions

    func validate() throws {
        guard (1...10_000).contains(connections) else {
            throw ValidationError("--connections is not within 1 to 10000")
        }
        guard (1...1000).contains(depth) else { throw ValidationError("--depth is not within 1 to 1000") }
    }

    func run() async throws { try await Self.measure(connections: connections, depth: depth, time) }

    static func measure(connections: Int, depth: Int, _ time: TimeOptions) async throws {
        let gateway = try await BenchGateway.start(BenchServices().router)
        let load = LoadGenerator()
        try await load.open(connections, port: gateway.port) { CallWorkload(depth: depth, $0) }
        try await Task.sleep(for: time.warmUp)
        try await load.takeCounts()
        let (cpu, began) = (CPUTime.now(), ContinuousClock.now)
        try await Task.sleep(for: time.duration)
        let times = try await load.takeCounts()
        let (after, duration) = (CPUTime.now(), ContinuousClock.now - began)
        let all = after.all - cpu.all
        Measurement(
            "websocket add \(connections)x\(depth)",
            duration,
            times,
            cpu: all,
            serverCPU: all - (after.loadGenerator - cpu.loadGenerator)
        ).report()
        try await load.stop()
        await gateway.drain()
    }
}
