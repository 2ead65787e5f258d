/// What waits in a lane and which turn starts it; knows neither threads nor clocks.
struct LaneState: Sendable {
    /// What a turn does next.
    enum Step: Sendable {
        case begin(any LaneEntry)
        /// Other lanes are next; this one is put behind them.
        case yield
        /// Every entry has begun.
        case rest
        /// Another turn has taken over.
        case leave
    }

    /// What a check has found.
    struct Finding: Sendable {
        /// Short entries to begin at once.
        var short: [any LaneEntry] = []
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
            phase = .spawned
            return (true, false)
        }
        guard !isWatched else { return (false, false) }
        isWatched = true
        seen = (-1, -1)
        return (false, true)
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
        guard turn == self.turn, phase == .running else { return .leave }
        guard !queue.isEmpty else {
            phase = .idle
            return .rest
        }
        guard begunInTurn < Self.entriesInTurn, !yields else {
            phase = .spawned
            return .yield
        }
        guard let entry = queue.take() else { return .rest }
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
        guard phase == .running, seen.turn == turn else { return finding }
        yields = true
        guard seen.begun == begun else { return finding }
        takeShort(&finding)
        guard !isWaitedFor else { return finding }
        finding.spawns = !queue.isEmpty
        finding.isIdle = queue.isEmpty
        phase = queue.isEmpty ? .idle : .spawned
        return finding
    }

    /// Takes the short entries at the front, up to one that has to wait for the handler that holds its thread.
    private mutating func takeShort(_ finding: inout Finding) {
        while let first = queue.first, first.traits.isShort, !(isWaitedFor && first.traits.isNotification) {
            _ = queue.take()
            finding.short.append(first)
        }
    }
}
