// Times are added to the clock of the loop, so none may be so long that the sum overflows.

/// The longest time in milliseconds that is counted: some 35 years.
private let longestMilliseconds: UInt64 = 1 << 40

private func clamp<Limits>(_ limits: Limits, _ times: WritableKeyPath<Limits, UInt64>...) -> Limits {
    var limits = limits
    for time in times { limits[keyPath: time] = min(limits[keyPath: time], longestMilliseconds) }
    return limits
}

extension HTTPLimits {
    /// The same limits, with no time longer than what can be counted.
    var withClampedTimes: HTTPLimits {
        clamp(self, \.headMilliseconds, \.bodyMilliseconds, \.idleMilliseconds, \.stallMilliseconds)
    }
}

extension WebSocketLimits {
    /// The same limits, with no time longer than what can be counted.
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
