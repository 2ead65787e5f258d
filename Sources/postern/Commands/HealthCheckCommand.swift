import ArgumentParser
import NIOCore
import PosternPrograms

/// The command `postern health`, which checks whether a gateway is ready, also behind a proxy that ends TLS.
struct HealthCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Asks a gateway whether it is ready.",
        discussion: HealthCommand.discussion(of: "postern", more: "\n  postern health https://api.example")
    )

    // Checked in this order: without an argument the target is that of the environment, which need not have one.
    @OptionGroup var trust: TrustOptions
    @OptionGroup var arguments: HealthArguments

    func run() async throws {
        guard arguments.isSecure else { return try await arguments.check() }
        let client = try trust.security()
        let notes = ConnectionNotes()
        let security = HealthSecurity { channel, host in
            try client.install(on: channel, for: host)
            try channel.pipeline.syncOperations.addHandler(AnswerWatch(notes))
        } fault: {
            notes.reason
        }
        try await arguments.check(security)
    }
}
