internal import Synchronization

/// The references of one connection, for all threads that meet one: puts a lock around the tables, and tells the owners.
package final class ReferenceStore: Sendable {
    private let tables: Mutex<ReferenceTables<ReferenceHandle.Key, ReferenceHandle, RemoteReference>>
    private let limit: Int

    /// Begins without any.
    ///
    /// - Parameters:
    ///   - limit: How many either side may hold of the other.
    ///   - largestNumber: The largest number that one lent here is given.
    package init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        self.limit = limit
        tables = Mutex(ReferenceTables(limit: limit, largestNumber: largestNumber))
    }

    /// Sets how many references the other end says that it holds at most; what this side lends at most counts as well.
    func limitExports(to number: Int) { tables.withLock { $0.limitExports(to: min(limit, number)) } }

    /// What the other end holds of this side, by number; empty once the connection has ended.
    package var exported: [ReferenceEntry] {
        let entries = tables.withLock { $0.exports.entries }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let target = entry.target
            return ReferenceEntry(number: number, kind: target.kind, description: target.name, count: entry.count)
        }
    }

    /// What this side holds of the other end, by number; empty once the connection has ended.
    package var imported: [ReferenceEntry] {
        let entries = tables.withLock { tables in tables.imports.entries.mapValues { ($0.kind, $0.count) } }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let (kind, count) = entry
            let description = kind.map { "\($0) of the other side" } ?? "not read yet"
            return ReferenceEntry(number: number, kind: kind, description: description, count: Int(clamping: count))
        }
    }

    /// How many there are in each direction.
    package var counts: (exports: Int, imports: Int) {
        tables.withLock { ($0.exports.entries.count, $0.imports.entries.count) }
    }

    /// Takes everything back: the connection has ended.
    package func close() {
        for entry in tables.withLock({ $0.close() }) { entry.target.loseHolder() }
    }

    /// Counts the use of a reference that the other side does not hold; gives the reason when that is one too many.
    package func noteBadUse() -> DisconnectReason? { tables.withLock { $0.noteBadUse() } }
}

/// Lent by this side.
extension ReferenceStore {
    /// Keeps a reference for a message that is being written.
    func pin(_ handle: ReferenceHandle) throws(PayloadError) -> UInt64 {
        let number = tables.withLock { tables -> UInt64? in
            var random = SystemRandomNumberGenerator()
            guard let pin = tables.pin(handle.key, handle, using: &random) else { return nil }
            // Under the lock: the connection may end now, and with it the holder.
            if pin.isFirst { handle.gainHolder() }
            return pin.number
        }
        guard let number else {
            let limit = tables.withLock { $0.exports.limit }
            throw PayloadError(.tooManyReferences, "more than \(limit) references are held")
        }
        return number
    }

    func unpin(_ numbers: [UInt64]) {
        for entry in tables.withLock({ $0.unpin(numbers) }) { entry.target.loseHolder() }
    }

    func commit(_ numbers: [UInt64]) {
        for target in tables.withLock({ $0.commit(numbers) }) { target.noteSent() }
    }

    /// What a number leads to; `nil` for one that the other side does not hold.
    package func target(of number: UInt64) -> ReferenceHandle? { tables.withLock { $0.exports.target(of: number) } }

    /// Takes back what the other side has released; gives the reason when the connection is to end.
    package func receiveRelease(_ number: UInt64, _ count: UInt64) -> DisconnectReason? {
        let (ended, reason) = tables.withLock { $0.receiveRelease(number, count) }
        ended?.loseHolder()
        return reason
    }
}

/// Lent by the other end.
extension ReferenceStore {
    /// Whether there is room for what a message lends.
    package func hasRoom(for numbers: ReferenceNumbers) -> Bool {
        tables.withLock { $0.imports.hasRoom(for: numbers.lent) }
    }

    /// Whether a number was received, and neither given back nor taken away.
    package func holds(_ number: UInt64) -> Bool { tables.withLock { $0.imports.entries[number] != nil } }

    /// Forgets a number that its owner takes away.
    package func revoke(_ number: UInt64) { tables.withLock { $0.revoke(number) } }

    func receive(
        _ numbers: ReferenceNumbers
    ) -> (held: [UInt64], returned: [UInt64: ReferenceHandle], reason: DisconnectReason?) {
        tables.withLock { $0.receive(numbers) }
    }

    func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> RemoteReference) -> RemoteReference? {
        tables.withLock { $0.proxy(for: number, kind, make: make) }
    }

    /// Ends holds; true when somebody has to send what is to be given back.
    func endHolds(_ numbers: [UInt64]) -> Bool { tables.withLock { $0.endHolds(numbers) } }

    /// Hands over what is to be given back.
    package func takeReleases() -> [ReferenceRelease] { tables.withLock { $0.takeReleases() } }
}

extension ReferenceHandle {
    fileprivate func gainHolder() { if case .local(let local) = self { local.gainHolder() } }

    fileprivate func noteSent() { if case .local(let local) = self { local.noteSent() } }

    fileprivate func loseHolder() { if case .local(let local) = self { local.loseHolder() } }
}
