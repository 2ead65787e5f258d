internal import PosternQueues

/// The state machine of a ``HandlerLane``: the entries that have not begun, and the turn that starts them.
///
/// A turn is one run of a thread over the entries. At most one turn starts entries at a time.
struct LaneState: Sendable {
    /// The next step of a turn.
    enum Step: Sendable {
        /// Start this entry.
        case begin(any LaneEntry)
        /// End this turn and spawn another one, behind the lanes of other connections.
        case yield
        /// Every entry has begun; the turn ends.
        case idle
        /// End this turn: another one has replaced it, or the lane is held until ``LaneState/release()``.
        case stop
    }

    /// The result of ``LaneState/check()``.
    struct Finding: Sendable {
        /// Whether the latest handler has held its thread since the previous check.
        var isStuck = false
        /// Whether another turn has to be spawned.
        var spawns = false
        /// Whether every entry has begun.
        var isIdle = false
        /// Whether checks have to continue.
        var isWatched = true
    }

    private enum Phase { case idle, spawned, running }

    private var queue = Queue<any LaneEntry>()
    private var phase = Phase.idle
    /// The number of the current turn; a thread whose turn has another number was replaced.
    private var turn = 0
    /// The number of entries that the current turn has started.
    private var begunInTurn = 0
    /// Whether the current turn ends before its next entry.
    private var yields = false
    /// Whether checks are running.
    private var isWatched = false
    /// Whether no entry may begin because too much output waits to be sent.
    private var isHeld = false
    /// The number of entries that turns have started since the lane was created.
    private var begun = 0
    /// Whether later entries wait for the latest handler however long it holds its thread.
    private var isWaitedFor = false
    /// The values of `begun` and `turn` at the last check; -1 before the first one, which no entry or turn has.
    private var seen = (begun: -1, turn: -1)

    /// The maximum number of entries that one turn starts.
    private static let entriesInTurn = 32

    /// Appends an entry behind the others.
    ///
    /// - Returns: Whether a turn has to be spawned, and whether checks have to begin.
    mutating func append(_ entry: any LaneEntry) -> (spawns: Bool, watches: Bool) {
        queue.append(entry)
        guard phase != .idle else {
            if isHeld { return (false, false) }
            phase = .spawned
            return (true, false)
        }
        return (false, beginWatch())
    }

    /// Begins checks, unless they are running.
    ///
    /// - Returns: Whether checks have to begin.
    private mutating func beginWatch() -> Bool {
        guard !isWatched else { return false }
        isWatched = true
        // What an earlier series of checks saw says nothing about the handler that runs now.
        seen = (-1, -1)
        return true
    }

    /// Starts no entry before ``release()``.
    mutating func hold() { isHeld = true }

    /// Allows entries to begin again after ``hold()``.
    mutating func release() -> HandlerLane.Release {
        guard isHeld else { return HandlerLane.Release() }
        isHeld = false
        // A turn that is spawned or running continues by itself.
        guard phase == .idle else { return HandlerLane.Release() }
        guard !queue.isEmpty else { return HandlerLane.Release(isIdle: true) }
        phase = .spawned
        return HandlerLane.Release(spawns: true, watches: beginWatch())
    }

    /// Removes and returns the entries that have not begun.
    mutating func removeAll() -> [any LaneEntry] {
        var removed: [any LaneEntry] = []
        while let entry = queue.take() { removed.append(entry) }
        return removed
    }

    /// Begins a turn, which replaces an earlier one.
    ///
    /// - Returns: The number of the turn.
    mutating func beginTurn() -> Int {
        phase = .running
        turn += 1
        begunInTurn = 0
        yields = false
        return turn
    }

    /// Returns the next step of a turn.
    mutating func next(in turn: Int) -> Step {
        guard turn == self.turn, phase == .running else { return .stop }
        guard !isHeld else {
            phase = .idle
            return .stop
        }
        guard !queue.isEmpty else {
            phase = .idle
            return .idle
        }
        guard begunInTurn < Self.entriesInTurn, !yields else {
            phase = .spawned
            return .yield
        }
        guard let entry = queue.take() else { return .idle }
        begunInTurn += 1
        begun += 1
        isWaitedFor = entry.traits.isNotification
        return .begin(entry)
    }

    /// Compares the state with that at the previous check.
    mutating func check() -> Finding {
        var finding = Finding()
        guard phase != .idle, !queue.isEmpty else {
            isWatched = false
            finding.isWatched = false
            return finding
        }
        defer { seen = (begun, turn) }
        guard phase == .running, seen.turn == turn, !isHeld else { return finding }
        // The turn has run for at least one interval: lanes of other connections are next.
        yields = true
        finding.isStuck = seen.begun == begun
        return finding
    }

    /// Whether the handler found by the last check still holds its thread, so that entries may begin beside it.
    private var isOvertaken: Bool { !isHeld && phase == .running && seen == (begun, turn) }

    /// Removes the first entry if it is short, and does not have to wait for the handler that holds its thread.
    mutating func takeShort() -> (any LaneEntry)? {
        guard isOvertaken, let first = queue.first, first.traits.isShort else { return nil }
        // Notifications begin in order even where their handlers block: only a short call may overtake one.
        guard !(isWaitedFor && first.traits.isNotification) else { return nil }
        return queue.take()
    }

    /// Replaces the turn whose handler holds its thread.
    mutating func replaceTurn(_ finding: inout Finding) {
        // The turn's thread finds the phase or the number changed when its handler suspends or returns, and stops.
        guard isOvertaken, !isWaitedFor else { return }
        finding.spawns = !queue.isEmpty
        finding.isIdle = queue.isEmpty
        phase = queue.isEmpty ? .idle : .spawned
    }
}
