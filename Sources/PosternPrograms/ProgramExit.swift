package import ArgumentParser
import Glibc

/// The exit codes of the programs, and the end of a program.
package enum ProgramExit {
    /// The call failed, or the gateway is not ready.
    package static let failure: Int32 = 1
    /// The command line is wrong.
    package static let usage: Int32 = 64
    /// No server was reached, or the connection was lost.
    package static let noConnection: Int32 = 69
    /// The result could not be written, as on a full disk.
    package static let unwritableOutput: Int32 = 74
    /// The time of the call is over; the code of `timeout(1)`.
    package static let timeout: Int32 = 124
    /// The reader of the output has closed its pipe; the code of a shell for SIGPIPE.
    package static let brokenPipe: Int32 = 141

    /// Parses the command line, runs the command, and exits with its exit code.
    ///
    /// Texts of the argument parser are written by ``Output`` as well, so that a failed write is not lost.
    ///
    /// - Parameters:
    ///   - command: The type of the root command.
    ///   - replace: Does the work of the program in place of the command, and returns whether it did.
    /// - Returns: Never.
    package static func run(
        _ command: (some AsyncParsableCommand).Type,
        unless replace: () -> Bool = { false }
    ) async -> Never {
        var code: Int32 = 0
        do {
            if !replace() { try await parseAndRun(command) }
        } catch {
            code = command.exitCode(for: error).rawValue
            print(command.fullMessage(for: error), isError: code != 0)
        }
        // Also after an error, as what could not be written may be the error itself.
        if let failed = Output.failureCode() { code = failed }
        exit(code)
    }

    /// Runs a command, and prints what is wrong with its arguments without the usage of the root command.
    private static func parseAndRun(_ command: (some AsyncParsableCommand).Type) async throws {
        var parsed = try await command.asyncParseAsRoot()
        do {
            if var parsed = parsed as? any AsyncParsableCommand {
                try await parsed.run()
            } else {
                try parsed.run()
            }
        } catch let error as ValidationError {
            Output.error("Error: \(error.message)")
            throw ExitCode(usage)
        }
    }

    private static func print(_ text: String, isError: Bool) {
        guard !text.isEmpty else { return }
        if isError { Output.error(text) } else { Output.line(text) }
    }
}
