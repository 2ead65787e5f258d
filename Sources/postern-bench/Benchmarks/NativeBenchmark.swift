import ArgumentParser
import Glibc
import Postern
import PosternNIO

/// Measures calls over the native protocol.
struct NativeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "native",
        abstract: "Calls over TCP and over a Unix socket, with 1 and with 64 calls in flight."
    )

    @OptionGroup var time: TimeOptions

    func run() async throws { try await Self.measure(time) }

    static func measure(_ time: TimeOptions) async throws {
        try await measure("tcp", at: .tcp(host: "127.0.0.1", port: 0), time)
        try await measure("unix", at: .unix(path: "/tmp/postern-bench-\(getpid()).sock"), time)
    }

    private static func measure(_ name: String, at address: Address, _ time: TimeOptions) async throws {
        let server = NativeServer(BenchServices().router)
        let bound = try await server.start(at: address)
        let peer = try await NativeClient.connect(to: bound)
        for method in ["add", "addConcurrent"] {
            for inFlight in [1, 64] {
                try await ClosedLoop.measure("native \(name) \(method) x\(inFlight)", inFlight: inFlight, time) {
                    let sum: Int = try await peer.call(method, 1, 2)
                    guard sum == 3 else { throw BenchmarkFailure("1 + 2 returned \(sum)") }
                }
            }
        }
        peer.close()
        await server.stop()
    }
}
