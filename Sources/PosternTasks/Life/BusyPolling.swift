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
