import ArgumentParser
import PosternPrograms

/// Measures the memory of idle connections.
struct IdleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Opens WebSockets to a gateway in a separate process, and measures how much memory they take."
    )

    @Option(help: "WebSockets.")
    var connections = Setting.value("connections", default: 2000)

    func validate() throws {
        guard (1...10_000).contains(connections) else {
            throw ValidationError("--connections is not within 1 to 10000")
        }
    }

    func run() async throws { try await Self.measure(connections: connections) }

    static func measure(connections: Int) async throws {
        let server = try GatewayProcess()
        defer { server.stop() }
        let load = LoadGenerator()
        // The first connections allocate what the gateway allocates only once.
        try await load.open(32, port: server.port) { _ in IdleWorkload() }
        let before = server.residentBytes
        let began = ContinuousClock.now
        try await load.open(connections, port: server.port) { _ in IdleWorkload() }
        let duration = ContinuousClock.now - began
        let bytes = (server.residentBytes - before) / connections
        let rate = Int(Double(connections) / (duration / .seconds(1)))
        Output.line(
            "idle".padded(to: 42) + " \(connections)".padded(to: 11, left: true)
                + "\(rate)/s".padded(to: 12, left: true) + "  \(bytes) bytes per connection"
        )
        try await load.stop()
    }
}
