import Glibc

/// The names of signals, without their numbers, which differ between processors.
enum SignalName {
    private static let names: [Int: String] = [
        Int(SIGHUP): "SIGHUP", Int(SIGINT): "SIGINT", Int(SIGQUIT): "SIGQUIT", Int(SIGILL): "SIGILL",
        Int(SIGTRAP): "SIGTRAP", Int(SIGABRT): "SIGABRT", Int(SIGBUS): "SIGBUS", Int(SIGFPE): "SIGFPE",
        Int(SIGKILL): "SIGKILL", Int(SIGUSR1): "SIGUSR1", Int(SIGSEGV): "SIGSEGV", Int(SIGUSR2): "SIGUSR2",
        Int(SIGPIPE): "SIGPIPE", Int(SIGALRM): "SIGALRM", Int(SIGTERM): "SIGTERM", Int(SIGSTKFLT): "SIGSTKFLT",
        Int(SIGVTALRM): "SIGVTALRM", Int(SIGPROF): "SIGPROF", Int(SIGXCPU): "SIGXCPU", Int(SIGXFSZ): "SIGXFSZ",
        Int(SIGIO): "SIGIO", Int(SIGPWR): "SIGPWR", Int(SIGSYS): "SIGSYS",
    ]

    /// The name of a signal that ends a process; `nil` for others.
    static func of(_ number: Int) -> String? { names[number] }
}
