import SystemPackage

/// A program of util-linux that contains or limits another one.
enum SystemProgram: String, CaseIterable, Sendable {
    /// Ends a process with its parent.
    case setpriv
    /// Puts a process into namespaces.
    case unshare
    /// Limits a process.
    case prlimit

    /// The file, looked for in `PATH` and where systems have it; `nil` when it is not installed.
    var path: String? {
        let path = SystemCalls.environment("PATH") ?? ""
        let folders = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        return (folders + ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"])
            .map { "\($0)/\(rawValue)" }.first(where: SystemCalls.isExecutable)
    }
}
