import Glibc

/// What PID 1 of a namespace finds out about the processes above it: the `/proc` that it sees is theirs.
enum LaunchingProcess {
    /// The host, which is the parent of `unshare`; another process when one of the two has ended.
    ///
    /// Neither `setpriv` nor `unshare` notices that its parent has ended before it asks for the signal. After that, as
    /// long as both parents are the right ones, none can end unnoticed. `nil` when `/proc` does not say.
    static var host: Int? {
        guard let parent = ProcessStatus(of: "self")?.parent else { return nil }
        return ProcessStatus(of: parent)?.parent.flatMap { Int($0) }
    }

    /// A signal to end that was sent to the process group before PID 1 could receive signals.
    ///
    /// The kernel drops a signal for PID 1 that has no handler yet. `unshare` blocks SIGTERM and SIGINT and never
    /// receives them: one that was sent to the whole group is still pending there.
    static var pendingSignal: Int32? {
        guard let parent = ProcessStatus(of: "self")?.parent else { return nil }
        let pending = ProcessStatus(of: parent)?.pendingSignals ?? 0
        return [SIGTERM, SIGINT].first { pending & 1 << UInt64($0 - 1) != 0 }
    }
}
