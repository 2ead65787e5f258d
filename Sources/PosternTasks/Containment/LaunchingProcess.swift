import Glibc
import SystemPackage

/// What PID 1 of a namespace finds out about the processes above it: the `/proc` that it sees is theirs.
enum LaunchingProcess {
    /// Whether a process is no more, or is a zombie, which has no executable.
    static func hasEnded(_ process: Int) -> Bool {
        do throws(Errno) { _ = try SystemCalls.target(of: "/proc/\(process)/exe") } catch .noSuchFileOrDirectory {
            return true
        } catch {
            return false
        }
        return false
    }

    /// A signal to end that was sent to the process group before PID 1 could receive signals.
    ///
    /// The kernel drops a signal for PID 1 that has no handler yet. `unshare` blocks SIGTERM and SIGINT and never
    /// receives them: one that was sent to the whole group is still pending there.
    static var pendingSignal: Int32? {
        guard let parent = ProcessStatus(of: "self")?.values(of: "PPid").first else { return nil }
        let pending = ProcessStatus(of: parent)?.pendingSignals ?? 0
        return [SIGTERM, SIGINT].first { pending & 1 << UInt64($0 - 1) != 0 }
    }
}
