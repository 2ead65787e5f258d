/// What this side has lent to the other end of one connection, by number.
///
/// An entry stands while the other side holds it (`count`), or a message that names it is being written (`pins`). Its
/// number is drawn at random, so that nobody finds one by trying.
struct ExportTable<Key: Hashable & Sendable, Target: Sendable>: Sendable {
    struct Entry: Sendable {
        let key: Key
        let target: Target
        /// How many messages with it have left, less what the other side gave back.
        var count = 0
        var pins = 0
    }

    /// One message that needs an entry.
    struct Pin: Hashable, Sendable {
        let number: UInt64
        /// Whether the message began the entry.
        let isFirst: Bool
    }

    /// What is left of a release.
    enum Release {
        case stillHeld
        /// The other side holds it no more.
        case ended(Target)
        /// There is no such number, or no longer.
        case unknown
        /// More was given back than is held.
        case tooMuch
    }

    private(set) var entries: [UInt64: Entry] = [:]
    private var numbers: [Key: UInt64] = [:]
    /// How many the other side may hold at most.
    var limit: Int
    private let largestNumber: UInt64

    init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        self.limit = limit
        self.largestNumber = largestNumber
    }

    func target(of number: UInt64) -> Target? { entries[number]?.target }

    /// Keeps an entry for a message that is being written; `nil` when there are too many.
    mutating func pin(
        _ key: Key,
        _ target: Target,
        using random: inout some RandomNumberGenerator
    ) -> Pin? {
        if let number = numbers[key] {
            entries[number]?.pins += 1
            return Pin(number: number, isFirst: false)
        }
        guard entries.count < limit else { return nil }
        var number: UInt64
        repeat { number = .random(in: 1...largestNumber, using: &random) } while entries[number] != nil
        entries[number] = Entry(key: key, target: target, pins: 1)
        numbers[key] = number
        return Pin(number: number, isFirst: true)
    }

    /// Counts that a message leaves.
    ///
    /// - Returns: The target, when the other side held it no more, or not yet.
    mutating func commit(_ number: UInt64) -> Target? {
        guard let entry = entries[number] else { return nil }
        entries[number]?.count += 1
        return entry.count == 0 ? entry.target : nil
    }

    /// Ends the keeping for a message, whether it left or not.
    ///
    /// - Returns: The entry, when nobody holds it.
    mutating func unpin(_ number: UInt64) -> Entry? {
        entries[number]?.pins -= 1
        return removeUnheld(number)
    }

    /// Takes back as many as the other side had received.
    mutating func release(_ number: UInt64, _ count: UInt64) -> Release {
        guard let held = entries[number]?.count, held > 0 else { return .unknown }
        guard let exact = Int(exactly: count), exact <= held else { return .tooMuch }
        entries[number]?.count -= exact
        return removeUnheld(number).map { .ended($0.target) } ?? .stillHeld
    }

    /// Takes everything back.
    ///
    /// - Returns: The entries, by number.
    mutating func removeAll() -> [Entry] {
        defer { (entries, numbers) = ([:], [:]) }
        return entries.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func removeUnheld(_ number: UInt64) -> Entry? {
        guard let entry = entries[number], entry.count == 0, entry.pins == 0 else { return nil }
        entries[number] = nil
        numbers[entry.key] = nil
        return entry
    }
}
