/// What the launcher does about what happens to it: neither signals nor clocks of its own.
struct LauncherState {
    enum Event: Hashable {
        case signal(Int32)
        /// The program ended, with this exit status for the launcher.
        case ended(Int32)
        /// The host has closed its end of the control socket, and the parent is alive.
        case controlEnded
        case parentEnded
        /// The time that `endProgram` allowed is over.
        case graceOver
    }

    enum Action: Hashable {
        case none
        /// Sends a signal to the process group of the program.
        case forward(Int32)
        /// Asks the program to end, ignores the control socket from now on, and reports `graceOver` after the grace.
        case endProgram
        /// Ends every process below, and then this one with a status.
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
        // No process is left that could read a status: what a shell reports for SIGKILL is as good as any.
        case .parentEnded, .graceOver: return .exit(Self.killed)
        }
    }

    /// The exit status of a program that SIGKILL ended.
    static let killed: Int32 = 128 + 9
}
