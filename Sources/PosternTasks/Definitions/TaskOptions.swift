/// How one task is started and ended.
public struct TaskOptions: Sendable {
    /// What becomes of a task that has not ended when its parent ends.
    public enum ParentEnd: String, Sendable {
        /// It is stopped.
        case stop
        /// The parent waits for it.
        case wait
        /// It goes on without a parent; its output is lost from then on.
        case detach
    }

    /// What becomes of the task when its parent ends.
    public var onParentEnd = ParentEnd.stop
    /// How long the child may take until it has accepted its inputs: 30 seconds.
    public var startTimeout = Duration.seconds(30)
    /// How long the child has to end by itself when it is stopped, before its processes get SIGTERM: 2 seconds.
    public var stopGrace = Duration.seconds(2)
    /// How long the child has to end after SIGTERM, before its processes get SIGKILL: 2 seconds.
    public var killGrace = Duration.seconds(2)
    /// What the child may use of the system.
    public var limits = TaskLimits()
    /// Variables of the environment that differ from those of the parent; `nil` takes one away.
    public var environment: [String: String?] = [:]
    /// Where the child starts; `nil` for the folder of the parent.
    public var workingDirectory: String?
    /// How long parent and child poll their channel at most after output, before they wait for input: 50 microseconds.
    ///
    /// Busy polling spares a short call that a sleeping processor is woken for each side, which takes longer than the call.
    /// It costs processor time, at most this long for each message sent, and adapts: after a wait that was longer there is
    /// none until waits are short again. More than 1 ms counts as 1 ms, and zero turns it off. There is none where a process
    /// may use one processor only, and for tasks that do not speak the native protocol over a channel.
    public var busyPolling = Duration.microseconds(50)

    /// Starts from the defaults.
    public init() {}
}

/// How long a child polls its channel, on its way from the parent through the environment.
enum BusyPolling {
    /// The variable of the environment; its value is a number of nanoseconds.
    static let variable = "POSTERN_BUSY_POLLING"

    private static let longest = Duration.seconds(1)

    /// The value of the variable for a duration.
    static func text(_ duration: Duration) -> String {
        String(Int64(min(max(duration, .zero), longest) / .nanoseconds(1)))
    }

    /// The duration that a value of the variable says; zero without one.
    static func duration(_ text: String?) -> Duration { .nanoseconds(text.flatMap { Int64($0) } ?? 0) }
}
