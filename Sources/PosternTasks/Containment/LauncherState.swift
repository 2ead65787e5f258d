/// The state machine of a launcher, which receives events and returns actions.
struct LauncherState {
    enum Event: Hashable {
        case signal(Int32)
        /// The program has ended; the launcher is to exit with this status.
        case ended(Int32)
        /// The host has closed its end of the control socket, and the parent is alive.
        case controlEnded
        case parentEnded
        /// The grace that began with `endProgram` is over.
        case graceOver
    }

    enum Action: Hashable {
        case none
        /// Send a signal to the process group of the program.
        case forward(Int32)
        /// Send SIGTERM to the program, ignore the control socket from now on, and report `graceOver` after the grace.
        case endProgram
        /// Kill all descendants, then exit with a status.
        case exit(Int32)
    }

    private var isEnding = false

    mutating func receive(_ event: Event) -> Action {
        switch event {
        case .signal(let signal): return .forward(signal)
        case .ended(let status): return .exit(status)
        case .controlEnded:
            if isEnding { return .none }
            isEnding = true
            return .endProgram
        // No process reads this status. It is the one that a shell reports for SIGKILL.
        case .parentEnded, .graceOver: return .exit(Self.killed)
        }
    }

    /// The exit status of a program that SIGKILL ended.
    static let killed: Int32 = 128 + 9
}
