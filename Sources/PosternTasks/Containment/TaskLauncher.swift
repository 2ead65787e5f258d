import Glibc
import Synchronization
import SystemPackage

/// The launcher process between a host and a foreign program.
///
/// It is the executable of the host, started again with an environment variable. It starts the program, forwards
/// signals, reaps orphans, and kills the remaining processes when the program ends. It neither starts threads nor uses
/// Swift concurrency.
package enum TaskLauncher {
    private static let wasOffered = Atomic(false)

    /// Whether this executable calls `runIfAsked`, so that it can be started again as a launcher.
    static var isAvailable: Bool { wasOffered.load(ordering: .relaxed) }

    /// Runs the launcher instead of the program when the environment requests it, and does not return then.
    ///
    /// When this process is PID 1 of a container, it becomes the launcher of the same program as its child. Orphans of
    /// task processes become children of PID 1 and must be reaped there, but the host waits for its own children only.
    ///
    /// It must be the first statement of `main`, before any thread is started.
    package static func runIfAsked() {
        guard let text = SystemCalls.environment(LauncherRequest.variable) else {
            if getpid() == 1 { run(LauncherRequest(.container)) }
            return wasOffered.store(true, ordering: .relaxed)
        }
        // Removed, so that the program does not inherit the request.
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

/// The executable of this process, for starting it again.
package enum OwnExecutable {
    /// The path of the executable, or `nil` when the system has no `/proc`.
    ///
    /// When the file has been replaced since this process started, as by an update, the path is the link of the kernel
    /// to the original file, which exists while this process is alive.
    package static var path: String? {
        guard let path = try? SystemCalls.target(of: "/proc/self/exe") else { return nil }
        guard path.hasSuffix(" (deleted)") || !SystemCalls.isExecutable(path) else { return path }
        return "/proc/\(processNumber ?? Int(getpid()))/exe"
    }

    /// The identifier of this process in `/proc`, which may be one of an outer PID namespace.
    static var processNumber: Int? { (try? SystemCalls.target(of: "/proc/self")).flatMap { Int($0) } }
}
