public import ArgumentParser
import Dispatch

/// Runs a program whose work is asynchronous, while the main thread waits for its end.
///
/// An asynchronous `main` gives the main thread to the dispatch library, which ends it; tools that watch every thread,
/// such as valgrind, do not survive that.
public enum Program {
    /// Reads the command line, runs the command it names, and ends the process with its exit code.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - prepare: Runs before the command line is read, and may end the process in its place.
    public static func run(
        _ command: (some AsyncParsableCommand).Type,
        preparing prepare: @escaping @Sendable () async -> Void = {}
    ) {
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            await prepare()
            await command.main()
            end.signal()
        }
        end.wait()
    }
}
