/// What waits while much output waits to be sent: handlers that have not begun, and producers of streams.
///
/// Frames are read all the same, so that two sides that send each other much do not wait for each other.
extension Peer {
    /// What goes on when output has been taken.
    struct Relief: Sendable {
        var lane: HandlerLane.Release
        var producers: [Parked]
    }

    /// Lets no handler begin before output is taken.
    @inline(never)
    func hold(_ state: inout State) {
        guard !state.isHolding, state.phase != .closed else { return }
        state.isHolding = true
        lane.hold()
    }

    /// Ends what ``hold(_:)`` began, now that output has been taken.
    func relieve(_ state: inout State) -> Relief? {
        guard state.isHolding else { return nil }
        state.isHolding = false
        // Within the lock: a hold that follows would otherwise be undone.
        return Relief(lane: lane.release(), producers: state.takeWaitingProducers())
    }

    /// Resumes what had to wait, where no lock is held.
    func resume(_ relief: Relief) {
        for producer in relief.producers { producer.resume() }
        lane.go(on: relief.lane)
    }
}
