package import ArgumentParser
import Dispatch
import Glibc

/// Runs a program whose work is asynchronous, while the main thread waits for its end.
///
/// An asynchronous `main` gives the main thread to the dispatch library, which ends it; tools that watch every thread,
/// such as valgrind, do not survive that.
package enum Program {
    /// Reads the command line, runs the command it names, and ends the process with its exit code.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - prepare: Runs before the command line is read, and may end the process in its place.
    package static func run(
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

/// What a program does as PID 1 of a container.
package enum FirstProcess {
    /// Has the kernel reap every child that ends, if this is PID 1.
    ///
    /// Orphans become children of PID 1, as those of a command that was run in the container, and would remain as
    /// zombies. Only for programs that start no processes of their own: the status of a child is lost.
    package static func reapOrphans() {
        guard getpid() == 1 else { return }
        signal(SIGCHLD, SIG_IGN)
    }
}
