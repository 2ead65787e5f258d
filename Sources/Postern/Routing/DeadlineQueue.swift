import Synchronization

/// Expires calls whose deadline has passed, at most one tick late.
///
/// Adding and removing cost one dictionary access each, so a call that ends in time leaves nothing behind. One task
/// wakes up each tick while any call has a deadline, and ends when none has.
final class DeadlineQueue: Sendable {
    /// Names one entry.
    struct Ticket: Sendable {
        fileprivate let tick: Int64
        fileprivate let id: UInt64
    }

    private struct State {
        var races: [Int64: [UInt64: DeadlineRace]] = [:]
        var nextID: UInt64 = 0
        var nextTick: Int64 = 0
        var isTicking = false
    }

    private static let tickMilliseconds: Int64 = 20
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Expires the race once the deadline has passed.
    func add(_ race: DeadlineRace, at deadline: ContinuousClock.Instant) -> Ticket {
        let now = tick(of: .now)
        let (ticket, mustStart) = state.withLock { state in
            let mustStart = !state.isTicking
            if mustStart { state.nextTick = now }
            state.isTicking = true
            let ticket = Ticket(tick: max(tick(of: deadline) + 1, state.nextTick), id: state.nextID)
            state.nextID += 1
            state.races[ticket.tick, default: [:]][ticket.id] = race
            return (ticket, mustStart)
        }
        // Not awaited by anyone: it ends when the queue is empty, which every entry's removal brings about.
        if mustStart { Task.detached { await self.tickWhileNeeded() } }
        return ticket
    }

    /// Forgets an entry, expired or not.
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

    /// Expires what is due and tells whether anything is left.
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
        for race in due { race.expire() }
        return isNeeded
    }

    private func tick(of instant: ContinuousClock.Instant) -> Int64 {
        let time = instant.timeLeft(at: start).components
        return time.seconds * (1000 / Self.tickMilliseconds)
            + time.attoseconds / 1_000_000_000_000_000 / Self.tickMilliseconds
    }
}
