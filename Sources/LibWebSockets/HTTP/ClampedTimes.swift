// Times are added to the clock of the loop, so none may be so long that the sum overflows.

/// The longest time in milliseconds that is counted: some 35 years.
private let longestMilliseconds: UInt64 = 1 << 40

extension HTTPLimits {
    /// The same limits, with no time longer than what can be counted.
    var withClampedTimes: HTTPLimits {
        var limits = self
        limits.headMilliseconds = min(headMilliseconds, longestMilliseconds)
        limits.bodyMilliseconds = min(bodyMilliseconds, longestMilliseconds)
        limits.idleMilliseconds = min(idleMilliseconds, longestMilliseconds)
        limits.stallMilliseconds = min(stallMilliseconds, longestMilliseconds)
        return limits
    }
}

extension WebSocketLimits {
    /// The same limits, with no time longer than what can be counted.
    var withClampedTimes: WebSocketLimits {
        var limits = self
        limits.messageMilliseconds = min(messageMilliseconds, longestMilliseconds)
        limits.stallMilliseconds = min(stallMilliseconds, longestMilliseconds)
        limits.pingMilliseconds = min(pingMilliseconds, longestMilliseconds)
        limits.pongMilliseconds = min(pongMilliseconds, longestMilliseconds)
        limits.closeMilliseconds = min(closeMilliseconds, longestMilliseconds)
        return limits
    }
}
