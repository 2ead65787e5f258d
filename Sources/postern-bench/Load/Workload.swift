/// The behaviour of one WebSocket of the load generator; all members run on its event loop.
protocol Workload: AnyObject {
    /// Called when the handshake is complete.
    func opened(_ socket: RawWebSocket)
    /// Called for each message.
    func received(_ message: Span<UInt8>, on socket: RawWebSocket)
}

/// A workload that sends nothing.
final class IdleWorkload: Workload {
    func opened(_ socket: RawWebSocket) {}
    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {}
}

/// The durations of all WebSockets of one event loop.
final class LoadCounters {
    var times = Histogram()

    /// Returns the counted durations, and starts to count again.
    func reset() -> Histogram {
        defer { times = Histogram() }
        return times
    }
}
