import Synchronization

/// A timer wheel that expires calls at their deadline, at most one tick late.
///
/// Adding and removing an entry take constant time, so a call that ends in time costs little. A single task wakes up at
/// each tick while the queue has entries, and ends when it has none.
final class DeadlineQueue: Sendable {
    /// The identifier of an entry.
    struct Ticket: Sendable {
        fileprivate let tick: Int64
        fileprivate let id: UInt64
    }

    private struct State {
        /// The entries by tick and identifier.
        var races: [Int64: [UInt64: DeadlineRace]] = [:]
        var nextID: UInt64 = 0
        /// The first tick that is not yet expired.
        var nextTick: Int64 = 0
        var isTicking = false
    }

    private static let tickMilliseconds: Int64 = 20
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Adds a race that expires once the deadline has passed.
    func add(_ race: DeadlineRace, at deadline: ContinuousClock.Instant) -> Ticket {
        let now = tick(of: .now)
        let (ticket, mustStart) = state.withLock { state in
            let mustStart = !state.isTicking
            // No tick has passed while the queue was empty, so the ones in between are skipped.
            if mustStart { state.nextTick = now }
            state.isTicking = true
            // The tick after the deadline's own, so that no call expires early.
            let ticket = Ticket(tick: max(tick(of: deadline) + 1, state.nextTick), id: state.nextID)
            state.nextID += 1
            state.races[ticket.tick, default: [:]][ticket.id] = race
            return (ticket, mustStart)
        }
        // No task awaits this one. It ends because each race removes its entry, after which the queue is empty.
        if mustStart { Task.detached { await self.tickWhileNeeded() } }
        return ticket
    }

    /// Removes an entry, expired or not.
    func remove(_ ticket: Ticket) {
        state.withLock { state in
            state.races[ticket.tick]?[ticket.id] = nil
            if state.races[ticket.tick]?.isEmpty == true { state.races[ticket.tick] = nil }
        }
    }

    private func tickWhileNeeded() async {
        var isNeeded = true
        while isNeeded {
            try? await Task.sleep(for: .milliseconds(Self.tickMilliseconds))
            isNeeded = expire(upTo: tick(of: .now))
        }
    }

    /// Expires the entries up to a tick and returns whether any remain.
    private func expire(upTo tick: Int64) -> Bool {
        let (due, isNeeded) = state.withLock { state in
            var due: [DeadlineRace] = []
            while state.nextTick <= tick {
                if let races = state.races.removeValue(forKey: state.nextTick) { due += races.values }
                state.nextTick += 1
            }
            state.isTicking = !state.races.isEmpty
            return (due, state.isTicking)
        }
        // Not while the mutex is held: an expiring race resumes its caller, which removes its entry here.
        for race in due { race.expire() }
        return isNeeded
    }

    /// Returns the number of ticks from the creation of the queue to an instant, rounded down.
    private func tick(of instant: ContinuousClock.Instant) -> Int64 {
        let time = instant.timeLeft(at: start).components
        return time.seconds * (1000 / Self.tickMilliseconds)
            + time.attoseconds / 1_000_000_000_000_000 / Self.tickMilliseconds
    }
}
