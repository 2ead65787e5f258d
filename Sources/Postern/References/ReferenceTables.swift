/// The references of one connection in both directions: what happens goes in, whom it concerns comes out.
///
/// A pure state machine: holds no lock and calls nobody. `Target` is what this side lends, `Key` says which targets are
/// the same, and `Proxy` stands for what the other end has lent. What is handed out may be the last reference to
/// something of the program's: whoever has a lock around this lets it go outside.
struct ReferenceTables<Key: Hashable & Sendable, Target: Sendable, Proxy: AnyObject & Sendable>: Sendable {
    typealias Exports = ExportTable<Key, Target>

    private(set) var exports: Exports
    private(set) var imports: ImportTable<Proxy>
    private var isReleaseScheduled = false
    private var isClosed = false
    /// How often the other side named a reference that it does not hold.
    private(set) var badUses = 0

    init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        exports = Exports(limit: limit, largestNumber: largestNumber)
        imports = ImportTable(limit: limit)
    }

    /// Sets how many references the other side may hold.
    mutating func limitExports(to limit: Int) { exports.limit = limit }

    /// Counts the use of a reference that the other side does not hold; a reason when that happens too often.
    mutating func noteBadUse() -> DisconnectReason? {
        badUses += 1
        guard badUses > Self.mostBadUses else { return nil }
        return .protocolViolation("too many references were used that are not held")
    }

    private static var mostBadUses: Int { 100 }

    /// Ends everything.
    ///
    /// - Returns: What the other side held, or a message was being written with.
    mutating func close() -> [Exports.Entry] {
        isClosed = true
        imports.removeAll()
        return exports.removeAll()
    }
}

/// Lent by this side.
extension ReferenceTables {
    /// Keeps a target for a message that is being written.
    ///
    /// - Returns: Its number; 0 once the connection has ended, as nothing leaves any more; `nil` when there are too many.
    mutating func pin(_ key: Key, _ target: Target, using random: inout some RandomNumberGenerator) -> Exports.Pin? {
        isClosed ? Exports.Pin(number: 0, isFirst: false) : exports.pin(key, target, using: &random)
    }

    /// Ends the keeping for a message, whether it left or not.
    ///
    /// - Returns: What nobody holds any more.
    mutating func unpin(_ numbers: [UInt64]) -> [Exports.Entry] { numbers.compactMap { exports.unpin($0) } }

    /// Counts that a message leaves.
    ///
    /// - Returns: What the other side did not hold before.
    mutating func commit(_ numbers: [UInt64]) -> [Target] { numbers.compactMap { exports.commit($0) } }

    /// Takes back what the other side has released.
    ///
    /// - Returns: What it holds no more, and a reason when the connection is to end.
    mutating func receiveRelease(_ number: UInt64, _ count: UInt64) -> (ended: Target?, reason: DisconnectReason?) {
        switch exports.release(number, count) {
        case .stillHeld: (nil, nil)
        case .ended(let target): (target, nil)
        case .unknown: (nil, noteBadUse())
        case .tooMuch: (nil, .protocolViolation("more of a reference was released than is held"))
        }
    }
}

/// Lent by the other end.
extension ReferenceTables {
    /// Forgets a number that its owner takes away; nothing is given back for it.
    mutating func revoke(_ number: UInt64) { imports.revoke(number) }

    /// Takes what is told before a message: holds what is lent, and finds what comes home.
    mutating func receive(
        _ numbers: ReferenceNumbers
    ) -> (held: [UInt64], returned: [UInt64: Target], reason: DisconnectReason?) {
        guard !isClosed else { return ([], [:], nil) }
        var held: [UInt64] = []
        for number in numbers.lent {
            guard imports.receive(number) else {
                return (held, [:], .protocolViolation("more references were lent than are held"))
            }
            held.append(number)
        }
        var returned: [UInt64: Target] = [:]
        for number in numbers.returned {
            if let target = exports.target(of: number) {
                returned[number] = target
            } else if let reason = noteBadUse() {
                return (held, returned, reason)
            }
        }
        return (held, returned, nil)
    }

    /// The object that stands for a number: the one that lives, or a new one; `nil` for a number that is not held.
    mutating func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> Proxy) -> Proxy? {
        imports.proxy(for: number, kind, make: make)
    }

    /// Ends holds of messages and objects.
    ///
    /// - Returns: Whether somebody has to be asked for ``takeReleases()``; at most once until it has happened.
    mutating func endHolds(_ numbers: [UInt64]) -> Bool {
        for number in numbers { imports.endHold(number) }
        guard !imports.due.isEmpty, !isReleaseScheduled, !isClosed else { return false }
        isReleaseScheduled = true
        return true
    }

    /// Hands over what is to be given back, in the same step in which it is written.
    mutating func takeReleases() -> [ReferenceRelease] {
        isReleaseScheduled = false
        return imports.takeDue()
    }
}
