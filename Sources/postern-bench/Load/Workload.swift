/// What one WebSocket of the load generator does; all members run on its event loop.
protocol Workload: AnyObject {
    /// The handshake is done.
    func opened(_ socket: RawWebSocket)
    /// A whole message has come.
    func received(_ message: Span<UInt8>, on socket: RawWebSocket)
}

/// Does nothing.
final class IdleWorkload: Workload {
    func opened(_ socket: RawWebSocket) {}
    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {}
}

/// Counts what all WebSockets of one event loop have got.
final class LoadCounters {
    var times = Histogram()

    /// Starts to count anew, and returns what was counted.
    func reset() -> Histogram {
        defer { times = Histogram() }
        return times
    }
}
