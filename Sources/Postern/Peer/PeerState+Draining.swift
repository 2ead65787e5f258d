/// The orderly end: a goodbye, then the answers to the calls that were taken.
///
/// The other side may have sent calls that cross the goodbye. They are refused, so that it knows that they were not
/// executed: behind the goodbye a ping leaves, and all that was sent before the goodbye arrived has come before its pong.
extension PeerState {
    /// The number of the ping behind a goodbye.
    static var pingOfGoodbye: UInt64 { 1 }

    /// Says goodbye: no more calls are taken, and streams produced here end.
    ///
    /// - Returns: The handlers of streams, to be cancelled.
    mutating func beginDraining(_ message: String) -> [Handler] {
        guard phase != .closed, !isDraining else { return [] }
        isDraining = true
        awaitsCrossingCalls = phase == .open
        let limit = outgoingFrameLimit
        outbox.write { output in
            FrameWriter.writeGoodbye(code: 0, message, limit: limit, into: &output)
            if awaitsCrossingCalls { FrameWriter.writeNumbers(.ping, Self.pingOfGoodbye, into: &output) }
        }
        endOfStreams = CallError(.draining, message).asEndOfStream
        let streams = served.filter { $0.value.isStream }
        for id in streams.keys { served[id]?.isEndedByDraining = true }
        return streams.values.compactMap(\.handler)
    }

    /// Notes that no call crosses the goodbye any more, once the ping behind it is answered.
    mutating func receivePong(_ number: UInt64) {
        if number == Self.pingOfGoodbye { awaitsCrossingCalls = false }
    }

    /// Keeps what waits for the last call to end; false when none is in flight.
    mutating func parkUntilIdle(_ waiter: Parked) -> Bool {
        guard phase != .closed, !isDrained else { return false }
        drainWaiter = waiter
        return true
    }

    /// Hands over who waits for the last call to end, once it has.
    mutating func takeDrainWaiter() -> Parked? {
        guard drainWaiter != nil, isDrained else { return nil }
        defer { drainWaiter = nil }
        return drainWaiter
    }

    private var isDrained: Bool { isIdle && !awaitsCrossingCalls }
}
