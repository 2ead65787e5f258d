/// The references that this side exports over one connection, by number.
///
/// An entry exists while the other side holds it (`count`) or a message that names it is being written (`pins`).
struct ExportTable<Key: Hashable & Sendable, Target: Sendable>: Sendable {
    struct Entry: Sendable {
        let key: Key
        let target: Target
        /// The number of messages sent with this reference, minus those that the other side has released.
        var count = 0
        /// The number of messages with this reference that are being written.
        var pins = 0
    }

    /// The claim of one message on an entry.
    struct Pin: Hashable, Sendable {
        let number: UInt64
        /// Whether the entry was created for this message.
        let isFirst: Bool
    }

    /// The outcome of a release by the other side.
    enum Release {
        /// The other side or a message that is being written still needs the entry.
        case stillHeld
        /// The entry was removed.
        case ended(Target)
        /// The other side does not hold this number.
        case unknown
        /// The other side released more than it holds.
        case tooMuch
    }

    private(set) var entries: [UInt64: Entry] = [:]
    private var numbers: [Key: UInt64] = [:]
    /// The maximum number of entries.
    var limit: Int
    private let largestNumber: UInt64

    init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        self.limit = limit
        self.largestNumber = largestNumber
    }

    func target(of number: UInt64) -> Target? { entries[number]?.target }

    /// Whether a target has an entry.
    func contains(_ key: Key) -> Bool { numbers[key] != nil }

    /// Pins the entry of a target for a message that is being written, and creates it if needed.
    ///
    /// - Returns: The pin, or `nil` if the table is full.
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
        // Numbers are random, so that a peer cannot find references of this side by counting.
        var number: UInt64
        repeat { number = .random(in: 1...largestNumber, using: &random) } while entries[number] != nil
        entries[number] = Entry(key: key, target: target, pins: 1)
        numbers[key] = number
        return Pin(number: number, isFirst: true)
    }

    /// Counts a message with this reference as sent.
    ///
    /// - Returns: The target if the other side did not hold it before; otherwise `nil`.
    mutating func commit(_ number: UInt64) -> Target? {
        guard let entry = entries[number] else { return nil }
        entries[number]?.count += 1
        return entry.count == 0 ? entry.target : nil
    }

    /// Removes the pin of a message, whether the message was sent or not.
    ///
    /// - Returns: The entry if it was removed, because neither a message nor the other side needs it.
    mutating func unpin(_ number: UInt64) -> Entry? {
        entries[number]?.pins -= 1
        return removeUnheld(number)
    }

    /// Applies a release by the other side.
    ///
    /// - Parameters:
    ///   - number: The number of the reference.
    ///   - count: The number of messages with the reference that the other side has received and no longer needs.
    /// - Returns: The outcome.
    mutating func release(_ number: UInt64, _ count: UInt64) -> Release {
        // An entry that is only pinned has not been sent, so the other side cannot know its number.
        guard let held = entries[number]?.count, held > 0 else { return .unknown }
        guard let exact = Int(exactly: count), exact <= held else { return .tooMuch }
        entries[number]?.count -= exact
        return removeUnheld(number).map { .ended($0.target) } ?? .stillHeld
    }

    /// Removes all entries.
    ///
    /// - Returns: The removed entries, ordered by number.
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
