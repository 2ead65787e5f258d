import Glibc
import SystemPackage

/// The main loop of a launcher, which starts one program and waits for its end.
struct LauncherLoop {
    /// The time that a program has to exit after the host has closed the control socket.
    private static let grace = Duration.seconds(1)

    private static let ownExecutable = "/proc/self/exe"

    private let request: LauncherRequest
    private let signals: FileDescriptor
    /// The control socket, whose other end the host keeps open while the program may run; `nil` when it is not watched.
    private var control: FileDescriptor?
    private var program: Int32 = 0
    private var graceEnd: ContinuousClock.Instant?
    private var state = LauncherState()

    init(_ request: LauncherRequest, signals: FileDescriptor) {
        self.request = request
        self.signals = signals
        // A guard leaves the control socket to its keeper, and a detached program may outlive the host.
        let runsTheProgram = request.role == .initial || request.role == .keeper
        control = runsTheProgram && !request.isDetached && request.channelDescriptors > 0 ? .standardInput : nil
    }

    /// Starts the program, waits for its end, and exits with its status.
    consuming func run() -> Never {
        prepare()
        program = start()
        // A signal that was sent before this process could receive it is not delivered again.
        if request.role == .initial, let signal = LaunchingProcess.pendingSignal {
            perform(state.receive(.signal(signal)))
        }
        while true {
            let hasEnded = SystemCalls.wait(for: signals, control: control, milliseconds: remainingGrace)
            while let signal = SystemCalls.nextSignal() { receive(signal) }
            // In this order: the end of the parent also closes the control socket, and allows no grace.
            if hasParentEnded { perform(state.receive(.parentEnded)) }
            if hasEnded { perform(state.receive(hasHostEnded ? .parentEnded : .controlEnded)) }
            if remainingGrace == 0 { perform(state.receive(.graceOver)) }
        }
    }

    private func prepare() {
        if !request.role.isFirstProcess {
            _ = SystemCalls.adoptOrphans()
            // The signal only wakes this process; `hasParentEnded` distinguishes it from a SIGHUP for the program.
            if request.parent != nil { _ = SystemCalls.requestSignal(SIGHUP) }
        }
        // No signal is sent for a parent that ended before the signal was requested.
        if hasParentEnded || hasHostEnded { exit(LauncherState.killed) }
    }

    private func start() -> Int32 {
        do {
            switch request.role {
            case .initial, .keeper: return try startProgram()
            case .container: return try SystemCalls.spawn(Self.ownExecutable, skippingArguments: 0)
            case .guard:
                // A second launcher: if the guard is killed, the keeper still kills the program, and vice versa.
                var keeper = request
                (keeper.role, keeper.parent) = (.keeper, Int(getpid()))
                SystemCalls.setEnvironment(LauncherRequest.variable, to: keeper.text)
                return try SystemCalls.spawn(Self.ownExecutable, skippingArguments: 0)
            }
        } catch {
            let name = request.role == .container ? Self.ownExecutable : CommandLine.arguments[1]
            TaskLauncher.fail("\(name) cannot be run: \(error)", status: error == .noSuchFileOrDirectory ? 127 : 126)
        }
    }

    /// Starts the program and closes the channel here.
    ///
    /// The channel is then open in the program alone, so that the host detects when the program closes it.
    private func startProgram() throws(Errno) -> Int32 {
        let count = request.channelDescriptors
        guard count > 0 else { return try SystemCalls.spawn(nil, skippingArguments: 1) }
        let channel: FileDescriptor
        do throws(Errno) { channel = try DescriptorPassing.receive(over: .standardInput) } catch {
            TaskLauncher.fail("The launcher of tasks has not received the channel: \(error)", status: 126)
        }
        defer { try? channel.close() }
        return try SystemCalls.spawn(nil, skippingArguments: 1, channel: channel, channelDescriptors: count)
    }

    /// Whether the parent of this process has ended; only roles that watch their parent ever return true.
    private var hasParentEnded: Bool {
        switch request.role {
        case .initial, .container: false
        case .guard, .keeper: request.parent.map { $0 != Int(getppid()) } ?? false
        }
    }

    /// Whether the host of a namespace has ended.
    ///
    /// The kernel kills this process then, but only after the processes between the host and this one have ended.
    private var hasHostEnded: Bool {
        guard request.role == .initial, let parent = request.parent else { return false }
        return LaunchingProcess.host.map { $0 != parent } ?? false
    }

    private var remainingGrace: Int32? {
        // Rounded up, as a wait that ends too early would be repeated with 0 ms. It fits, being at most the grace.
        graceEnd.map { Int32(max(0, (ContinuousClock.now.duration(to: $0) / .milliseconds(1)).rounded(.up))) }
    }

    private mutating func receive(_ signal: Int32) {
        guard signal == SIGCHLD else {
            // SIGHUP that reports the end of the parent is not forwarded.
            if !hasParentEnded { perform(state.receive(.signal(signal))) }
            return
        }
        // Pending signals are merged: one SIGCHLD may be that of several children.
        while case .child(let child) = SystemCalls.reap() {
            guard child.id == program else { continue }
            perform(state.receive(.ended(status(of: child))))
        }
    }

    /// Returns the exit status to report for the program.
    ///
    /// A SIGKILL at the limit of processor time is reported as SIGXCPU, as the host cannot know the time that was used.
    private func status(of child: SystemCalls.EndedChild) -> Int32 {
        guard child.status == LauncherState.killed, let maximum = request.maximumProcessorSeconds else {
            return child.status
        }
        // The kernel applies the limit to a count of ticks, which differs from the precise time by up to a fifth on a
        // busy machine.
        let hasRunOut = child.processorTime >= .seconds(maximum) * 3 / 4
        return hasRunOut ? 128 + SIGXCPU : child.status
    }

    private mutating func perform(_ action: LauncherState.Action) {
        switch action {
        case .none: break
        case .forward(let signal): kill(-program, signal)
        case .endProgram:
            control = nil
            graceEnd = .now + Self.grace
            kill(-program, SIGTERM)
        case .exit(let status):
            // The exit of PID 1 makes the kernel kill the other processes of the namespace.
            if !request.role.isFirstProcess { Descendants.end() }
            exit(status)
        }
    }
}
