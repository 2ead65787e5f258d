import ArgumentParser
import Logging
import Postern
import PosternNIO
import PosternPrograms
import ServiceLifecycle

/// `postern-bench native-serve`: one side of the benchmarks that take two processes.
struct NativeServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "native-serve",
        abstract: "Serves the methods of the benchmarks to native clients, and prints its address.",
        shouldDisplay: false
    )

    @Argument(help: "Where to listen: tcp:127.0.0.1:0 or unix:/path.")
    var address: Address

    func run() async throws {
        let signals = await StopSignals()
        let server = NativeServer(BenchServices().router)
        Output.line("\(try await server.start(at: address))")
        try await ServiceRun.serve([Standing(server: server)], until: signals, logger: Logger(label: "postern-bench"))
    }
}

/// A native server until the program is told to stop.
private struct Standing: ServiceLifecycle.Service {
    let server: NativeServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.stop()
    }
}
