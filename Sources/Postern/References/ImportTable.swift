/// The references that the other side of one connection has exported to this side, by number.
///
/// An entry exists while its proxy or a message that names it is alive. When the last of them is freed, one release
/// returns all that was received under the number; a later message with the number creates a new entry.
struct ImportTable<Proxy: AnyObject & Sendable>: Sendable {
    struct Entry: Sendable {
        /// The number of messages with this reference that were received.
        var count: UInt64 = 0
        /// The number of messages and proxies that need the entry.
        var holds = 0
        /// The kind of the reference; `nil` until a message with it has been decoded.
        var kind: ReferenceKind?
        // Weak, because the proxy ends its own hold when it is freed.
        weak var proxy: Proxy?
    }

    private(set) var entries: [UInt64: Entry] = [:]
    /// The releases that are still to be sent, in the order in which their entries ended.
    private(set) var due: [ReferenceRelease] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Whether the table has room for all of these numbers.
    func hasRoom(for numbers: [UInt64]) -> Bool {
        // The exact count builds a set, which only a nearly full table needs.
        entries.count + numbers.count <= limit || entries.count + newCount(of: numbers) <= limit
    }

    private func newCount(of numbers: [UInt64]) -> Int { Set(numbers.lazy.filter { entries[$0] == nil }).count }

    /// Removes a number that its owner has revoked, without a release.
    mutating func revoke(_ number: UInt64) { entries[number] = nil }

    /// Counts a received number, and adds a hold for the message that it came with.
    ///
    /// - Returns: `false` if the table is full.
    mutating func receive(_ number: UInt64) -> Bool {
        guard entries.count < limit || entries[number] != nil else { return false }
        Self.count(&entries[number, default: Entry()])
        return true
    }

    private static func count(_ entry: inout Entry) {
        entry.count += 1
        entry.holds += 1
    }

    /// Returns the proxy of a number, and creates it if none is alive.
    ///
    /// A new proxy has a hold of its own.
    ///
    /// - Returns: The proxy, or `nil` if the number is not in the table.
    mutating func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> Proxy) -> Proxy? {
        guard let entry = entries[number] else { return nil }
        if let proxy = entry.proxy { return proxy }
        let proxy = make()
        entries[number]?.proxy = proxy
        entries[number]?.kind = kind
        entries[number]?.holds += 1
        return proxy
    }

    /// Ends one hold; the end of the last one makes a release due.
    mutating func endHold(_ number: UInt64) {
        guard let entry = entries[number] else { return }
        entries[number]?.holds -= 1
        guard entry.holds <= 1 else { return }
        entries[number] = nil
        due.append(ReferenceRelease(number: number, count: entry.count))
    }

    /// Removes and returns the releases that are due.
    mutating func takeDue() -> [ReferenceRelease] {
        defer { due = [] }
        return due
    }

    /// Removes all entries and due releases, at the end of the connection.
    mutating func removeAll() { (entries, due) = ([:], []) }
}

/// A release of a reference, which is sent to its owner.
package struct ReferenceRelease: Hashable, Sendable {
    package let number: UInt64
    /// The number of received messages with the reference that this release cancels.
    package let count: UInt64

    package init(number: UInt64, count: UInt64) {
        self.number = number
        self.count = count
    }
}
