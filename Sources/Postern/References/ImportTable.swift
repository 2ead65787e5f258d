/// What the other end of one connection has lent to this side, by number.
///
/// An entry stands while a message that brought it, or the object that stands for it, lives. When it goes, everything
/// that was received under its number is given back at once; what arrives later begins a new entry.
struct ImportTable<Proxy: AnyObject & Sendable>: Sendable {
    struct Entry: Sendable {
        /// How often it was received.
        var count: UInt64 = 0
        /// Messages and objects that need it.
        var holds = 0
        /// What it is; `nil` until a message that brought it has been read.
        var kind: ReferenceKind?
        weak var proxy: Proxy?
    }

    private(set) var entries: [UInt64: Entry] = [:]
    /// What is to be given back, in the order in which it was let go.
    private(set) var due: [ReferenceRelease] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Whether all of these numbers can be held.
    func hasRoom(for numbers: [UInt64]) -> Bool {
        entries.count + numbers.count <= limit || entries.count + newCount(of: numbers) <= limit
    }

    private func newCount(of numbers: [UInt64]) -> Int { Set(numbers.lazy.filter { entries[$0] == nil }).count }

    /// Forgets a number whose owner has taken it away; nothing is to be given back.
    mutating func revoke(_ number: UInt64) { entries[number] = nil }

    /// Counts a number that arrived, and holds it for its message; false when there are too many.
    mutating func receive(_ number: UInt64) -> Bool {
        guard entries.count < limit || entries[number] != nil else { return false }
        Self.count(&entries[number, default: Entry()])
        return true
    }

    private static func count(_ entry: inout Entry) {
        entry.count += 1
        entry.holds += 1
    }

    /// The object that stands for a number: the one that lives, or a new one; `nil` for a number that was not received.
    mutating func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> Proxy) -> Proxy? {
        guard let entry = entries[number] else { return nil }
        if let proxy = entry.proxy { return proxy }
        let proxy = make()
        entries[number]?.proxy = proxy
        entries[number]?.kind = kind
        entries[number]?.holds += 1
        return proxy
    }

    /// Ends one hold; the last one makes the release due.
    mutating func endHold(_ number: UInt64) {
        guard let entry = entries[number] else { return }
        entries[number]?.holds -= 1
        guard entry.holds <= 1 else { return }
        entries[number] = nil
        due.append(ReferenceRelease(number: number, count: entry.count))
    }

    /// Hands over what is to be given back.
    mutating func takeDue() -> [ReferenceRelease] {
        defer { due = [] }
        return due
    }

    /// Forgets everything: the connection has ended.
    mutating func removeAll() { (entries, due) = ([:], []) }
}

/// What is given back to the owner of a reference.
package struct ReferenceRelease: Hashable, Sendable {
    package let number: UInt64
    /// How many of the messages with it are made up for.
    package let count: UInt64

    package init(number: UInt64, count: UInt64) {
        self.number = number
        self.count = count
    }
}
