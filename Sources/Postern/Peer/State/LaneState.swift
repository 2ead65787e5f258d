/// What waits in a lane and which turn starts it; knows neither threads nor clocks.
struct LaneState: Sendable {
    /// What a turn does next.
    enum Step: Sendable {
        case begin(any LaneEntry)
        /// Other lanes are next; this one is put behind them.
        case yield
        /// Every entry has begun.
        case idle
        /// Another turn has taken over, or nothing begins until ``LaneState/release()``.
        case stop
    }

    /// What a check has found.
    struct Finding: Sendable {
        /// Whether the handler that began last has held its thread since the last check.
        var isStuck = false
        /// Whether a new turn has to be spawned.
        var spawns = false
        /// Whether every entry has begun.
        var isIdle = false
        var isWatched = true
    }

    private enum Phase { case idle, spawned, running }

    private var queue = Queue<any LaneEntry>()
    private var phase = Phase.idle
    /// The number of the turn that starts entries; one with another number has been replaced.
    private var turn = 0
    private var begunInTurn = 0
    private var yields = false
    private var isWatched = false
    /// Whether nothing begins, as the answers that wait to be sent are many already.
    private var isHeld = false
    /// Counts the entries that began.
    private var begun = 0
    /// Whether the entry that began last is waited for, however long it takes.
    private var isWaitedFor = false
    /// What the last check saw; a number that does not occur before the first one.
    private var seen = (begun: -1, turn: -1)

    /// The most entries of one turn.
    private static let entriesInTurn = 32

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

    /// - Returns: Whether checks have to begin.
    private mutating func beginWatch() -> Bool {
        guard !isWatched else { return false }
        isWatched = true
        seen = (-1, -1)
        return true
    }

    /// Lets nothing begin until ``release()``.
    mutating func hold() { isHeld = true }

    /// Lets entries begin again.
    mutating func release() -> HandlerLane.Release {
        guard isHeld else { return HandlerLane.Release() }
        isHeld = false
        guard phase == .idle else { return HandlerLane.Release() }
        guard !queue.isEmpty else { return HandlerLane.Release(isIdle: true) }
        phase = .spawned
        return HandlerLane.Release(spawns: true, watches: beginWatch())
    }

    mutating func removeAll() -> [any LaneEntry] {
        var removed: [any LaneEntry] = []
        while let entry = queue.take() { removed.append(entry) }
        return removed
    }

    /// - Returns: The number of the turn.
    mutating func beginTurn() -> Int {
        phase = .running
        turn += 1
        begunInTurn = 0
        yields = false
        return turn
    }

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

    mutating func check() -> Finding {
        var finding = Finding()
        guard phase != .idle, !queue.isEmpty else {
            isWatched = false
            finding.isWatched = false
            return finding
        }
        defer { seen = (begun, turn) }
        guard phase == .running, seen.turn == turn, !isHeld else { return finding }
        yields = true
        finding.isStuck = seen.begun == begun
        return finding
    }

    /// Whether the handler that the last check found holds its thread still, and entries may begin beside it.
    private var isOvertaken: Bool { !isHeld && phase == .running && seen == (begun, turn) }

    /// Takes the short entry at the front, unless it has to wait for the handler that holds its thread.
    mutating func takeShort() -> (any LaneEntry)? {
        guard isOvertaken, let first = queue.first, first.traits.isShort else { return nil }
        guard !(isWaitedFor && first.traits.isNotification) else { return nil }
        return queue.take()
    }

    /// Replaces the turn whose handler holds its thread.
    mutating func replaceTurn(_ finding: inout Finding) {
        guard isOvertaken, !isWaitedFor else { return }
        finding.spawns = !queue.isEmpty
        finding.isIdle = queue.isEmpty
        phase = queue.isEmpty ? .idle : .spawned
    }
}
