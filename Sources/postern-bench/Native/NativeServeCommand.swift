import ArgumentParser
import Logging
import Postern
import PosternNIO
import PosternPrograms
import ServiceLifecycle

/// `postern-bench native-serve`: the server of benchmarks with two processes.
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
        let service = RunningServer(server: server)
        try await ServiceRun.serve([service], until: signals, logger: Logger(label: "postern-bench"))
    }
}

/// A native server that stops with the program.
private struct RunningServer: ServiceLifecycle.Service {
    let server: NativeServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.stop()
    }
}
