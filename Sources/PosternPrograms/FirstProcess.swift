import Glibc

/// What a program does as PID 1 of a container.
public enum FirstProcess {
    /// Has the kernel reap every child that ends, if this is PID 1.
    ///
    /// Orphans become children of PID 1, as those of a command that was run in the container, and would remain as
    /// zombies. Only for programs that start no processes of their own: the status of a child is lost.
    public static func reapOrphans() {
        guard getpid() == 1 else { return }
        signal(SIGCHLD, SIG_IGN)
    }
}
