package import ArgumentParser

/// The command `health` of a program without TLS.
package struct HealthCommand: AsyncParsableCommand {
    /// The name and the help text of the command.
    package static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Asks a gateway whether it is ready.",
        discussion: discussion(of: "postern-demo")
    )

    @OptionGroup var arguments: HealthArguments

    /// Creates the default values.
    package init() {}

    /// Sends the request, prints the result, and exits with its exit code.
    package func run() async throws { try await arguments.check() }

    /// Returns the help text for the command of a program.
    package static func discussion(of program: String, more examples: String = "") -> String {
        """
        Without an argument the address is that of POSTERN_LISTEN, or of POSTERN_HOST and POSTERN_PORT, and \
        http://127.0.0.1:8080 by default. A gateway that listens on 0.0.0.0 or [::] is reached at the \
        loopback address.

        Prints one line. Exit codes: 0 the gateway is ready, 1 it answers and is not ready, 64 wrong usage, \
        69 nothing answers.

        Examples:
          \(program) health
          \(program) health http://127.0.0.1:8080
          \(program) health http://127.0.0.1:8080/livez
          \(program) health unix:/run/http.sock\(examples)
        """
    }
}
