package import ArgumentParser
import NIOCore
import Postern
import PosternNIO

/// The command `postern health`, which checks whether a gateway is ready, for health checks of containers.
package struct HealthCommand: AsyncParsableCommand {
    /// The name and the help text of the command.
    package static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Asks a gateway whether it is ready.",
        discussion: """
            Without an argument the address is that of POSTERN_LISTEN, or of POSTERN_HOST and POSTERN_PORT, and \
            http://127.0.0.1:8080 by default. A gateway that listens on 0.0.0.0 or [::] is reached at the \
            loopback address.

            Prints one line. Exit codes: 0 the gateway is ready, 1 it answers and is not ready, 64 wrong usage, \
            69 nothing answers.

            Examples:
              postern health
              postern health http://127.0.0.1:8080
              postern health http://127.0.0.1:8080/livez
              postern health unix:/run/http.sock
            """
    )

    @Argument(help: "The gateway: http://host:port, or unix:/path; another path than /readyz may follow the port.")
    var gateway: HealthTarget?

    @Option(help: "Seconds that the connection and the answer may take.")
    var timeout = Setting.value("timeout", default: 2.0)

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` for an invalid timeout or target.
    package func validate() throws {
        guard (0.001...3_600).contains(timeout) else {
            throw ValidationError("\(Setting.named("timeout", timeout)) is not within 0.001 to 3600")
        }
        _ = try target()
    }

    /// Sends the request, prints the result, and exits with its exit code.
    package func run() async throws {
        // One thread suffices for one connection; the default is one per processor.
        NIOSingletons.groupLoopCountSuggestion = 1
        let target = try target()
        let (line, code) = await Self.report(HealthProbe(target: target, timeout: .seconds(timeout)))
        guard code == 0 else {
            Output.error(line)
            throw ExitCode(code)
        }
        Output.line(line)
    }

    private static func report(_ probe: HealthProbe) async -> (line: String, code: Int32) {
        do throws(CallError) { return try await probe.ask().report(probe.target) } catch {
            return ("no connection: \(error.message)", 69)
        }
    }

    private func target() throws -> HealthTarget {
        if let gateway { return gateway }
        let address =
            Setting.list("listen", as: Address.self).first
            ?? .tcp(
                host: Setting.value("host", default: "127.0.0.1"),
                port: Setting.value("port", default: 8080)
            )
        guard let target = HealthTarget(listeningAt: address) else {
            throw ValidationError("The gateway's port is not known; name the gateway, as in http://127.0.0.1:8080")
        }
        return target
    }
}
