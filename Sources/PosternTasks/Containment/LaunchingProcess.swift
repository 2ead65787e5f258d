import Glibc

/// The process outside of a PID namespace that has started PID 1 of it.
///
/// PID 1 sees the outer `/proc`, as no new one is mounted.
enum LaunchingProcess {
    /// The identifier of the parent of `unshare`, which is the host unless one of the two has ended.
    ///
    /// Neither `setpriv` nor `unshare` detects that its parent ended before the parent-death signal was requested. If
    /// this value is the host after both requests were made, a later end of the host is always signalled. `nil` when
    /// `/proc` cannot be read.
    static var host: Int? {
        guard let parent = ProcessStatus(of: "self")?.parent else { return nil }
        return ProcessStatus(of: parent)?.parent.flatMap { Int($0) }
    }

    /// A SIGTERM or SIGINT that was sent to the process group before PID 1 could receive signals.
    ///
    /// The kernel drops signals to PID 1 of a namespace for which it has no handler. `unshare` blocks both signals and
    /// never receives them, so a signal to the whole group is still pending there.
    static var pendingSignal: Int32? {
        guard let parent = ProcessStatus(of: "self")?.parent else { return nil }
        let pending = ProcessStatus(of: parent)?.pendingSignals ?? 0
        return [SIGTERM, SIGINT].first { pending & 1 << UInt64($0 - 1) != 0 }
    }
}
