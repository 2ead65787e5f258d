import Glibc
import Synchronization
import SystemPackage

/// The small program between a host and a foreign program.
///
/// It is the host's executable, run again with an environment variable: it starts the program, forwards signals, reaps
/// orphans, and leaves no process behind. It starts no threads and runs no Swift concurrency.
package enum TaskLauncher {
    private static let wasOffered = Atomic(false)

    /// Whether this executable calls `runIfAsked`, and so can be run again as launcher.
    static var isAvailable: Bool { wasOffered.load(ordering: .relaxed) }

    /// Runs the launcher in place of the program when the environment asks for it, and does not return then.
    ///
    /// As PID 1 of a container the program is started again as a child, and this process is its launcher. Orphans of task
    /// processes become children of PID 1, and have to be reaped there; the host, which waits for its own children only,
    /// does not.
    ///
    /// The first statement of `main`: no threads may have been started.
    package static func runIfAsked() {
        guard let text = SystemCalls.environment(LauncherRequest.variable) else {
            if getpid() == 1 { run(LauncherRequest(.container)) }
            return wasOffered.store(true, ordering: .relaxed)
        }
        SystemCalls.setEnvironment(LauncherRequest.variable, to: nil)
        guard let request = LauncherRequest(text), CommandLine.argc > 1 else {
            fail("\(LauncherRequest.variable) is \"\(text)\", with \(CommandLine.argc - 1) arguments", status: 126)
        }
        run(request)
    }

    private static func run(_ request: LauncherRequest) -> Never {
        do {
            LauncherLoop(request, signals: try SystemCalls.receiveSignals()).run()
        } catch {
            fail("The launcher of tasks cannot receive signals: \(error)", status: 126)
        }
    }

    static func fail(_ message: String, status: Int32) -> Never {
        _ = try? FileDescriptor.standardError.writeAll("\(message)\n".utf8)
        exit(status)
    }
}

/// The executable of this process, to be run again.
package enum OwnExecutable {
    /// The path of the file.
    ///
    /// A file that was replaced since this process started, as at an update, is run as it was: through the link that
    /// the kernel keeps for as long as this process is alive. `nil` when the system has no `/proc`.
    package static var path: String? {
        guard let path = try? SystemCalls.target(of: "/proc/self/exe") else { return nil }
        guard path.hasSuffix(" (deleted)") || !SystemCalls.isExecutable(path) else { return path }
        return "/proc/\(processNumber ?? Int(getpid()))/exe"
    }

    /// This process as `/proc` numbers it, which may be that of a namespace further up.
    static var processNumber: Int? { (try? SystemCalls.target(of: "/proc/self")).flatMap { Int($0) } }
}
