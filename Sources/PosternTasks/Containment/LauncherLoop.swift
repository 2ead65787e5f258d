import Glibc
import SystemPackage

/// The life of a launcher: one program is started and waited for.
struct LauncherLoop {
    /// How long a program may take to end after the host has closed the control socket.
    private static let grace = Duration.seconds(1)

    private static let ownExecutable = "/proc/self/exe"

    private let request: LauncherRequest
    private let signals: FileDescriptor
    /// The socket whose other end the host keeps open for as long as the program may run; `nil` where that is not watched.
    private var control: FileDescriptor?
    private var program: Int32 = 0
    private var graceEnd: ContinuousClock.Instant?
    private var state = LauncherState()

    init(_ request: LauncherRequest, signals: FileDescriptor) {
        self.request = request
        self.signals = signals
        let runsTheProgram = request.role == .initial || request.role == .keeper
        control = runsTheProgram && !request.isDetached && request.channelDescriptors > 0 ? .standardInput : nil
    }

    /// Starts the program and returns its status to the parent by ending this process.
    consuming func run() -> Never {
        prepare()
        program = start()
        // A signal that was sent before this process could receive it.
        if request.role == .initial, let signal = LaunchingProcess.pendingSignal {
            perform(state.receive(.signal(signal)))
        }
        while true {
            let hasEnded = SystemCalls.wait(for: signals, control: control, milliseconds: remainingGrace)
            while let signal = SystemCalls.nextSignal() { receive(signal) }
            if hasParentEnded { perform(state.receive(.parentEnded)) }
            if hasEnded { perform(state.receive(hasHostEnded ? .parentEnded : .controlEnded)) }
            if remainingGrace == 0 { perform(state.receive(.graceOver)) }
        }
    }

    private func prepare() {
        if !request.role.isFirstProcess {
            _ = SystemCalls.adoptOrphans()
            // The signal wakes this process up; `hasParentEnded` has the reason.
            if request.parent != nil { _ = SystemCalls.requestSignal(SIGHUP) }
        }
        // A parent that ended before its signal was asked for sends none.
        if hasParentEnded || hasHostEnded { exit(LauncherState.killed) }
    }

    private func start() -> Int32 {
        do {
            switch request.role {
            case .initial, .keeper: return try startProgram()
            case .container: return try SystemCalls.spawn(Self.ownExecutable, skippingArguments: 0)
            case .guard:
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

    /// Starts the program, which alone has the channel from then on: when it closes that, the host notices.
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

    /// Whether the process that this one must not outlive has ended.
    private var hasParentEnded: Bool {
        switch request.role {
        case .initial, .container: false
        case .guard, .keeper: request.parent.map { $0 != Int(getppid()) } ?? false
        }
    }

    /// Whether the host above a namespace has ended: what kills this process then may take a moment.
    private var hasHostEnded: Bool {
        guard request.role == .initial, let parent = request.parent else { return false }
        return LaunchingProcess.host.map { $0 != parent } ?? false
    }

    private var remainingGrace: Int32? {
        // At most the grace, and rounded up: a wait that ends early would be repeated.
        graceEnd.map { Int32(max(0, (ContinuousClock.now.duration(to: $0) / .milliseconds(1)).rounded(.up))) }
    }

    private mutating func receive(_ signal: Int32) {
        guard signal == SIGCHLD else {
            // The signal that reports the end of the parent is not for the program.
            if !hasParentEnded { perform(state.receive(.signal(signal))) }
            return
        }
        // One signal may report many children.
        while case .child(let child) = SystemCalls.reap() {
            guard child.id == program else { continue }
            perform(state.receive(.ended(status(of: child))))
        }
    }

    /// The status of the program, with the reason of its end where only this process knows it.
    private func status(of child: SystemCalls.EndedChild) -> Int32 {
        guard child.status == LauncherState.killed, let maximum = request.maximumProcessorSeconds else {
            return child.status
        }
        // For the limit the kernel counts ticks, which on a busy machine is up to a fifth from the time that was used.
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
            // The kernel ends what is left in a namespace.
            if !request.role.isFirstProcess { Descendants.end() }
            exit(status)
        }
    }
}
