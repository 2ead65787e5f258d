import ArgumentParser
import UnixSignals

/// Ends work, and the servers that it has started, at SIGINT and SIGTERM.
enum Interruption {
    /// Runs work until its end or until a signal, which cancels it.
    ///
    /// - Parameter work: The work, which ends its servers when it is cancelled.
    /// - Returns: The result of the work.
    /// - Throws: The error of the work; after a signal `ExitCode` with 130 or 143, as a shell reports the signal.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await signal in signals { throw ExitCode(128 + signal.rawValue) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}
