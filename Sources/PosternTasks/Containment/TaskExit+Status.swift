import Glibc
package import Subprocess

extension TaskExit {
    /// Reads the status of a child process.
    ///
    /// - Parameters:
    ///   - status: How the process ended that the host started.
    ///   - isThroughLauncher: Whether that process is a launcher.
    ///   - limits: The limits of the child.
    ///   - memoryKills: The kills for want of memory when the child was started.
    package init(
        _ status: TerminationStatus,
        isThroughLauncher: Bool,
        limits: TaskLimits,
        memoryKills: MemoryKills
    ) {
        let exit = Self(status, isThroughLauncher: isThroughLauncher)
        switch (exit, limits.processorTime) {
        case (.signal(Int(SIGXCPU)), let limit?): self = .processorTime(limit: limit)
        case (.signal(Int(SIGKILL)), _) where memoryKills.claimNext(): self = .outOfMemory
        default: self = exit
        }
    }

    private init(_ status: TerminationStatus, isThroughLauncher: Bool) {
        switch status {
        case .signaled(let signal): self = .signal(Int(signal))
        // A program that exits with such a code itself is taken for one that a signal ended, as in a shell.
        case .exited(let code) where isThroughLauncher && 129...192 ~= code: self = .signal(Int(code) - 128)
        case .exited(let code): self = .code(Int(code))
        }
    }
}
