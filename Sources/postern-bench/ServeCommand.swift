import ArgumentParser
import Logging
import PosternGateway
import PosternPrograms

/// `postern-bench serve`: the gateway process of the benchmark of idle connections.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the methods of the benchmarks and prints its port.",
        shouldDisplay: false
    )

    func run() async throws {
        let signals = await StopSignals()
        let gateway = try await BenchGateway.start(BenchServices().router)
        Output.line("\(gateway.port)")
        try await ServiceRun.serve([gateway], until: signals, logger: Logger(label: "postern-bench"))
    }
}
