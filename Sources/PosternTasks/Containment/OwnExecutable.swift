import Glibc

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
