// Timeouts are added to the clock of the loop, so they are limited to values with which the sum cannot overflow.

/// The longest timeout in milliseconds, about 35 years.
private let longestMilliseconds: UInt64 = 1 << 40

private func clamp<Limits>(_ limits: Limits, _ times: WritableKeyPath<Limits, UInt64>...) -> Limits {
    var limits = limits
    for time in times { limits[keyPath: time] = min(limits[keyPath: time], longestMilliseconds) }
    return limits
}

extension HTTPLimits {
    /// The limits with each timeout clamped to a value that cannot overflow a deadline.
    var withClampedTimes: HTTPLimits {
        clamp(self, \.headMilliseconds, \.bodyMilliseconds, \.idleMilliseconds, \.stallMilliseconds)
    }
}

extension WebSocketLimits {
    /// The limits with each timeout clamped to a value that cannot overflow a deadline.
    var withClampedTimes: WebSocketLimits {
        clamp(
            self,
            \.messageMilliseconds,
            \.stallMilliseconds,
            \.pingMilliseconds,
            \.pongMilliseconds,
            \.closeMilliseconds
        )
    }
}
