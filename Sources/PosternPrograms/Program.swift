package import ArgumentParser
import Glibc
import Postern
import PosternJSONRPC

/// The main function of a program with an asynchronous command.
///
/// The main thread waits for the end of the command. An asynchronous `main` would pass the main thread to the dispatch
/// library, which ends it, and tools that observe every thread, such as valgrind, fail then.
package enum Program {
    /// Parses the command line, runs the command, and exits with its exit code.
    ///
    /// - Parameters:
    ///   - command: The type of the root command.
    ///   - prepare: Runs before the command line is parsed, and may exit the process.
    /// - Returns: Never: the process exits with the command.
    package static func run(
        _ command: (some AsyncParsableCommand).Type,
        preparing prepare: @escaping @Sendable () async -> Void = {}
    ) -> Never {
        // Runs on the global executor, as the main thread is blocked.
        Task.detached {
            await prepare()
            await ProgramExit.run(command)
        }
        while true { pause() }
    }
}

/// The duties of a program that is PID 1 of a container.
package enum FirstProcess {
    /// Makes the kernel reap all children of this process, if it is PID 1.
    ///
    /// Orphans become children of PID 1, such as those of a command that is executed in the container, and would remain
    /// as zombies. A program that starts processes must not call this, as the status of its children is lost.
    package static func reapOrphans() {
        guard getpid() == 1 else { return }
        signal(SIGCHLD, SIG_IGN)
    }
}

/// The version of the programs and of the protocols that they speak.
package enum ProgramVersion {
    /// The version of this package, as in semantic versioning.
    static let number = "0.1.0"

    /// Returns the line that `--version` prints.
    ///
    /// - Parameter program: The name of the program.
    /// - Returns: The name and the version, followed by the protocols in parentheses.
    package static func line(of program: String) -> String {
        let dialect = "JSON-RPC 2.0, JSON dialect \(JSONRPCSettings.dialectVersion)"
        return "\(program) \(number) (native protocol \(Hello.supportedVersion), \(dialect))"
    }
}
