public import ArgumentParser
import Dispatch

/// Runs a program whose work is asynchronous, while the main thread waits for its end.
///
/// An asynchronous `main` gives the main thread to the dispatch library, which ends it; tools that watch every thread,
/// such as valgrind, do not survive that.
public enum Program {
    /// Reads the command line, runs the command it names, and ends the process with its exit code.
    public static func run(_ command: (some AsyncParsableCommand).Type) {
        let end = DispatchSemaphore(value: 0)
        Task.detached {
            await command.main()
            end.signal()
        }
        end.wait()
    }
}
