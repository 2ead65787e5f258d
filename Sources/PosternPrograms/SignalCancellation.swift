import ArgumentParser
import Glibc
import Synchronization
import UnixSignals

/// Cancels the work of a program that is not a server when SIGINT or SIGTERM arrives.
package enum SignalCancellation {
    /// The time that cancelled work has to end.
    private static let patience = Duration.seconds(1)

    /// Runs work until it ends, or cancels it at a signal.
    ///
    /// The program exits at once at a second signal, and when the work does not end within a second.
    ///
    /// - Parameter work: The work, which ends soon after its task is cancelled.
    /// - Throws: `ExitCode`, 130 for SIGINT and 143 for SIGTERM, after a signal; otherwise the error of the work.
    package static func cancelling(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let code = Received()
        let task = Task { try await work() }
        let watch = Task {
            for await signal in signals {
                // As a shell reports a signal.
                guard code.set(128 + signal.rawValue) else { _exit(128 + signal.rawValue) }
                task.cancel()
                Task {
                    try await Task.sleep(for: patience)
                    _exit(128 + signal.rawValue)
                }
            }
        }
        defer { watch.cancel() }
        let result = await task.result
        if let code = code.value { throw ExitCode(code) }
        try result.get()
    }

    /// The exit code for the first signal.
    private final class Received: Sendable {
        private let code = Mutex<Int32?>(nil)

        var value: Int32? { code.withLock(\.self) }

        /// Sets the code, and returns whether it was the first one.
        func set(_ new: Int32) -> Bool {
            code.withLock { code in
                defer { code = new }
                return code == nil
            }
        }
    }
}
