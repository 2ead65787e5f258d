internal import PosternLedger

/// The events of a topic that some of its subscribers have not read.
///
/// The subscribers share them: an event has the number of subscribers that are still to read it, and is removed when all
/// have. A subscriber that does not read therefore costs a publisher neither time nor memory for each event. Above the
/// limits the oldest events are removed unread. No client has caused them alone, so the ledger of the process counts them
/// besides what it counts for clients.
struct UnreadEvents: ~Copyable, Sendable {
    private struct Entry {
        let payload: Payload
        var readers: Int
    }

    private var entries: [Entry] = []
    // Removed entries stay in the array before this index, as in `TopicHistory`.
    private var first = 0
    private var bytes = 0
    /// The number of bytes that the ledger knows.
    private var counted = 0
    /// The offset of the next event.
    private(set) var nextOffset: UInt64 = 1

    /// The maximum size of the events, in bytes of their encoding; a single one may be larger.
    private static let maximumBytes = 32 << 20

    /// The number of events.
    var count: Int { entries.count - first }

    /// The offset of the oldest event, or of the next one if there are none.
    var firstOffset: UInt64 { nextOffset - UInt64(count) }

    /// Appends the next event, and removes the oldest ones above the limits, but never the new one.
    ///
    /// - Parameters:
    ///   - payload: The event.
    ///   - readers: The number of subscribers that are to read it.
    ///   - limit: The maximum number of events, at least 1.
    mutating func append(_ payload: Payload, readers: Int, atMost limit: Int) {
        nextOffset += 1
        // An event without readers is kept only behind others, as their offsets are consecutive.
        guard readers > 0 || count > 0 else { return }
        entries.append(Entry(payload: payload, readers: readers))
        bytes += payload.bytes.count
        while count > limit || bytes > Self.maximumBytes && count > 1 { removeFirst() }
        compact()
    }

    /// Adds a reader to all events from that of the oldest of `past` on.
    ///
    /// - Parameter past: The last events of the topic, consecutive, oldest first.
    mutating func addReader(of past: [StreamItem]) {
        guard !past.isEmpty else { return }
        let older = past.prefix(max(past.count - count, 0))
        entries.replaceSubrange(..<first, with: older.map { Entry(payload: $0.payload, readers: 0) })
        first = 0
        bytes += older.reduce(0) { $0 + $1.payload.bytes.count }
        for index in (entries.count - past.count)..<entries.count { entries[index].readers += 1 }
        count(bytes)
    }

    /// Returns the event at an offset, for one of its readers; the offset must not be below ``firstOffset``.
    mutating func read(_ offset: UInt64) -> StreamItem {
        let index = index(of: offset)
        let item = StreamItem(entries[index].payload, offset: offset)
        entries[index].readers -= 1
        removeRead()
        return item
    }

    /// Removes a reader from the events of a range that are still there.
    mutating func removeReader(from start: UInt64, upTo end: UInt64) {
        for offset in max(start, firstOffset)..<max(start, firstOffset, end) {
            entries[index(of: offset)].readers -= 1
        }
        removeRead()
    }

    private func index(of offset: UInt64) -> Int { entries.count - Int(nextOffset - offset) }

    private mutating func removeRead() {
        while count > 0, entries[first].readers == 0 { removeFirst() }
        compact()
    }

    private mutating func removeFirst() {
        bytes -= entries[first].payload.bytes.count
        first += 1
    }

    /// Frees the removed entries once they are half of the array, which takes amortized constant time for each event.
    private mutating func compact() {
        count(bytes)
        guard 2 * first >= entries.count else { return }
        entries.removeFirst(first)
        first = 0
    }

    /// Notifies the ledger of the size of the events, in steps and when there are none.
    private mutating func count(_ bytes: Int) {
        guard abs(bytes - counted) >= MemoryLedger.step || bytes == 0 && counted > 0 else { return }
        MemoryLedger.process.countShared(bytes - counted)
        counted = bytes
    }

    deinit { MemoryLedger.process.countShared(-counted) }
}
