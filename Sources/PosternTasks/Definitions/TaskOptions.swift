/// The options for the start, the end and the process of a task.
public struct TaskOptions: Sendable {
    /// The action for a task that has not ended when its parent ends.
    public enum ParentEnd: String, Sendable {
        /// The task is stopped.
        case stop
        /// The parent waits for the task to end.
        case wait
        /// The task continues without a parent; its output is lost from then on.
        case detach
    }

    /// The action when the parent of the task ends; ``ParentEnd/stop`` by default.
    public var onParentEnd = ParentEnd.stop
    /// The time in which the child must accept its inputs; 30 seconds by default.
    public var startTimeout = Duration.seconds(30)
    /// The time that a child has to exit when it is stopped, before SIGTERM is sent; 2 seconds by default.
    public var stopGrace = Duration.seconds(2)
    /// The time that a child has to exit after SIGTERM, before SIGKILL is sent; 2 seconds by default.
    public var killGrace = Duration.seconds(2)
    /// The limits on the resources of the child; none by default.
    public var limits = TaskLimits()
    /// The environment variables that differ from those of the parent; the value `nil` removes a variable.
    public var environment: [String: String?] = [:]
    /// The working directory of the child; `nil` for that of the parent.
    public var workingDirectory: String?
    /// The maximum time for which parent and child poll their channel after output, before they wait; 50 µs by default.
    ///
    /// Waking a sleeping processor takes longer than a short call, and busy polling avoids this on both sides. It costs
    /// at most this much processor time for each message sent, and adapts: after a longer wait it is suspended until
    /// waits are short again. The maximum is 1 ms; zero disables it. It is not used when the process may use only one
    /// processor, and for tasks that do not speak the native protocol over a channel.
    public var busyPolling = Duration.microseconds(50)

    /// Creates options with the default values.
    public init() {}
}

/// The encoding of ``TaskOptions/busyPolling`` in the environment of a child.
enum BusyPolling {
    /// The environment variable, whose value is a number of nanoseconds.
    static let variable = "POSTERN_BUSY_POLLING"

    private static let longest = Duration.seconds(1)

    /// Returns the value of the variable for a duration.
    static func text(_ duration: Duration) -> String {
        String(Int64(min(max(duration, .zero), longest) / .nanoseconds(1)))
    }

    /// Returns the duration for a value of the variable, or zero when it is missing or not a number.
    static func duration(_ text: String?) -> Duration { .nanoseconds(text.flatMap { Int64($0) } ?? 0) }
}
