import ArgumentParser
import Postern
import PosternJSONRPC

/// Measures calls without a socket.
struct InProcessBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in-process",
        abstract: "Calls a router directly, and through two peers in memory."
    )

    @OptionGroup var time: TimeOptions

    func run() async throws { try await Self.measure(time) }

    static func measure(_ time: TimeOptions) async throws {
        let router = BenchServices().router
        let arguments = try Payload(encoding: [1, 2], as: JSON.self).transcodedArguments(to: MessagePack.self)
        try await ClosedLoop.measure("in-process router add", time) {
            _ = try await router.dispatch(Call("add", arguments: arguments))
        }
        let (client, server) = InProcessTransport.pair(NothingExposed(), router)
        defer { client.close() }
        for inFlight in [1, 64] {
            try await ClosedLoop.measure("in-process peer add x\(inFlight)", inFlight: inFlight, time) {
                let sum: Int = try await client.call("add", 1, 2)
                guard sum == 3 else { throw BenchmarkFailure("1 + 2 returned \(sum)") }
            }
        }
        withExtendedLifetime(server) {}
    }
}
