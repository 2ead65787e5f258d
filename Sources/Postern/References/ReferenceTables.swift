/// The references of one connection in both directions.
///
/// A pure state machine without a lock: each method applies one event and returns the targets that it affects. `Target`
/// is the type of exports, `Key` identifies equal targets, and `Proxy` is the type that represents an import.
///
/// A returned target may be the last reference to an object of the program. Callers that guard the tables by a lock
/// must release it before they release the target.
struct ReferenceTables<Key: Hashable & Sendable, Target: Sendable, Proxy: AnyObject & Sendable>: Sendable {
    typealias Exports = ExportTable<Key, Target>

    private(set) var exports: Exports
    private(set) var imports: ImportTable<Proxy>
    private var isReleaseScheduled = false
    private var isClosed = false
    /// The number of times that the other side named a reference that it does not hold.
    private(set) var badUses = 0

    init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        exports = Exports(limit: limit, largestNumber: largestNumber)
        imports = ImportTable(limit: limit)
    }

    /// Sets the maximum number of exports.
    mutating func limitExports(to limit: Int) { exports.limit = limit }

    /// Counts the use of a reference that the other side does not hold.
    ///
    /// - Returns: The reason to close the connection after too many; otherwise `nil`.
    mutating func noteBadUse() -> DisconnectReason? {
        badUses += 1
        guard badUses > Self.mostBadUses else { return nil }
        return .protocolViolation("too many references were used that are not held")
    }

    // Tolerates some mistakes, and is far too few to guess one of the random numbers.
    private static var mostBadUses: Int { 100 }

    /// Removes all references, at the end of the connection.
    ///
    /// - Returns: The removed exports, ordered by number.
    mutating func close() -> [Exports.Entry] {
        isClosed = true
        imports.removeAll()
        return exports.removeAll()
    }
}

// MARK: Exports

extension ReferenceTables {
    /// Pins a target for a message that is being written.
    ///
    /// - Returns: The pin, or `nil` if the table is full. Once the connection has closed, the number is 0, because the
    ///   message will not be sent.
    mutating func pin(_ key: Key, _ target: Target, using random: inout some RandomNumberGenerator) -> Exports.Pin? {
        isClosed ? Exports.Pin(number: 0, isFirst: false) : exports.pin(key, target, using: &random)
    }

    /// Removes the pins of a message, whether the message was sent or not.
    ///
    /// - Returns: The entries that were removed.
    mutating func unpin(_ numbers: [UInt64]) -> [Exports.Entry] { numbers.compactMap { exports.unpin($0) } }

    /// Counts a message with these references as sent.
    ///
    /// - Returns: The targets that the other side did not hold before.
    mutating func commit(_ numbers: [UInt64]) -> [Target] { numbers.compactMap { exports.commit($0) } }

    /// Applies a release by the other side.
    ///
    /// - Returns: The target if its entry was removed, and the reason to close the connection if the release breaks the
    ///   protocol.
    mutating func receiveRelease(_ number: UInt64, _ count: UInt64) -> (ended: Target?, reason: DisconnectReason?) {
        switch exports.release(number, count) {
        case .stillHeld: (nil, nil)
        case .ended(let target): (target, nil)
        case .unknown: (nil, noteBadUse())
        case .tooMuch: (nil, .protocolViolation("more of a reference was released than is held"))
        }
    }
}

// MARK: Imports

extension ReferenceTables {
    /// Removes a number that its owner has revoked, without a release.
    mutating func revoke(_ number: UInt64) { imports.revoke(number) }

    /// Applies a references frame: holds the received references and resolves the returned ones.
    ///
    /// - Returns: The numbers that are held now, the targets of the returned numbers, and the reason to close the
    ///   connection if the frame breaks the protocol.
    mutating func receive(
        _ numbers: ReferenceNumbers
    ) -> (held: [UInt64], returned: [UInt64: Target], reason: DisconnectReason?) {
        guard !isClosed else { return ([], [:], nil) }
        var held: [UInt64] = []
        for number in numbers.lent {
            // The sender knows the limit from the hello. The holds added so far end with the message that is returned.
            guard imports.receive(number) else {
                return (held, [:], .protocolViolation("more references were passed than the limit permits"))
            }
            held.append(number)
        }
        var returned: [UInt64: Target] = [:]
        for number in numbers.returned {
            // The value of an unknown number fails to decode; the rest of the message is still usable.
            if let target = exports.target(of: number) {
                returned[number] = target
            } else if let reason = noteBadUse() {
                return (held, returned, reason)
            }
        }
        return (held, returned, nil)
    }

    /// Returns the proxy of a number, and creates it if none is alive; `nil` for a number that is not held.
    mutating func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> Proxy) -> Proxy? {
        imports.proxy(for: number, kind, make: make)
    }

    /// Ends one hold on each of the numbers.
    ///
    /// - Returns: Whether the caller must schedule a call of ``takeReleases()``. Until that call, the result is
    ///   `false`, so that releases are collected and sent together.
    mutating func endHolds(_ numbers: [UInt64]) -> Bool {
        for number in numbers { imports.endHold(number) }
        guard !imports.due.isEmpty, !isReleaseScheduled, !isClosed else { return false }
        isReleaseScheduled = true
        return true
    }

    /// Removes and returns the due releases.
    ///
    /// Must be called in the step that writes them, so that no message with the same number is written in between.
    mutating func takeReleases() -> [ReferenceRelease] {
        isReleaseScheduled = false
        return imports.takeDue()
    }
}
