import ArgumentParser
import NIOCore
import Postern
import PosternNIO

/// The arguments of `health`, and the check itself.
package struct HealthArguments: ParsableArguments {
    @Argument(
        help: """
            The gateway: http://host:port, https://host or unix:/path; another path than /readyz may follow the port.
            """
    )
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

    /// Whether the target has an `https:` URL.
    package var isSecure: Bool { gateway?.isSecure == true }

    /// Sends the request, prints the result, and exits with its exit code.
    ///
    /// - Parameter security: Encrypts the connection to an `https:` URL.
    /// - Throws: `ExitCode` unless the gateway is ready, and `ValidationError` for an `https:` URL without TLS.
    package func check(_ security: HealthSecurity? = nil) async throws {
        // One thread suffices for one connection; the default is one per processor.
        NIOSingletons.groupLoopCountSuggestion = 1
        let target = try target()
        guard security != nil || !target.isSecure else {
            throw ValidationError("There is no TLS in this program; `postern health` has it")
        }
        let probe = HealthProbe(target: target, timeout: .seconds(timeout), security: security)
        let (line, code) = await Self.report(probe)
        guard code == 0 else {
            Output.error(line)
            throw ExitCode(code)
        }
        Output.line(line)
    }

    private static func report(_ probe: HealthProbe) async -> (line: String, code: Int32) {
        do throws(CallError) { return try await probe.ask().report(probe.target) } catch {
            return ("no connection: \(error.message)", ProgramExit.noConnection)
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
