internal import PosternLedger
internal import Synchronization

/// The references of one connection, guarded by a lock.
///
/// Owners are notified after the lock is released, because their callbacks are code of the program.
package final class ReferenceStore: Sendable {
    private let tables: Mutex<ReferenceTables<ReferenceHandle.Key, ReferenceHandle, RemoteReference>>
    private let limit: Int

    /// Creates an empty store.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of references in each direction.
    ///   - largestNumber: The largest number that an export may have.
    package init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        self.limit = limit
        tables = Mutex(ReferenceTables(limit: limit, largestNumber: largestNumber))
    }

    /// Limits the exports to the number of references that the other side holds at most.
    ///
    /// The limit of this side still applies if it is lower.
    func limitExports(to number: Int) { tables.withLock { $0.limitExports(to: min(limit, number)) } }

    /// The references that this side exports, ordered by number; empty once the connection has closed.
    package var exported: [ReferenceEntry] {
        let entries = tables.withLock { $0.exports.entries }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let target = entry.target
            return ReferenceEntry(number: number, kind: target.kind, description: target.name, count: entry.count)
        }
    }

    /// The references of the other side that this side holds, ordered by number; empty once the connection has closed.
    package var imported: [ReferenceEntry] {
        let entries = tables.withLock { tables in tables.imports.entries.mapValues { ($0.kind, $0.count) } }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let (kind, count) = entry
            let description = kind.map { "\($0) of the other side" } ?? "not read yet"
            return ReferenceEntry(number: number, kind: kind, description: description, count: Int(clamping: count))
        }
    }

    /// The number of references in each direction.
    package var counts: (exports: Int, imports: Int) {
        tables.withLock { ($0.exports.entries.count, $0.imports.entries.count) }
    }

    /// Removes all references, at the end of the connection, and notifies their owners.
    package func close() {
        let entries = tables.withLock { $0.close() }
        guard entries.count > Self.fewReferences else { return Self.release(entries) }
        // Ten thousand owners take tens of milliseconds, in which the loop would serve no other client.
        Task {
            Self.release(entries)
            MemoryLedger.process.noteFreed(entries.count * Self.referenceBytes)
        }
    }

    private static func release(
        _ entries: [ReferenceTables<ReferenceHandle.Key, ReferenceHandle, RemoteReference>.Exports.Entry]
    ) {
        for entry in entries { entry.target.loseHolder() }
    }

    /// The number of references that are released on the thread that closes the connection.
    private static let fewReferences = 256
    /// The size of a reference with its target, about, in bytes.
    private static let referenceBytes = 1 << 10

    /// Counts the use of a reference that the other side does not hold.
    ///
    /// - Returns: The reason to close the connection once there were too many; otherwise `nil`.
    package func noteBadUse() -> DisconnectReason? { tables.withLock { $0.noteBadUse() } }
}

// MARK: Exports

extension ReferenceStore {
    /// Pins a reference for a message that is being written.
    ///
    /// - Returns: The number of the reference on this connection.
    /// - Throws: `.tooManyReferences` if the table of exports is full.
    func pin(_ handle: ReferenceHandle) throws(PayloadError) -> UInt64 {
        let number = tables.withLock { tables -> UInt64? in
            var random = SystemRandomNumberGenerator()
            guard let pin = tables.pin(handle.key, handle, using: &random) else { return nil }
            // Counted under the lock: if the connection closed before the count, `close` would end a holder too early.
            if pin.isFirst { handle.gainHolder() }
            return pin.number
        }
        guard let number else {
            let limit = tables.withLock { $0.exports.limit }
            throw PayloadError(.tooManyReferences, "more than \(limit) references are held")
        }
        return number
    }

    /// Removes the pins of a message, and notifies the owners of references that nothing needs any more.
    func unpin(_ numbers: [UInt64]) {
        for entry in tables.withLock({ $0.unpin(numbers) }) { entry.target.loseHolder() }
    }

    /// Counts a message with these references as sent.
    func commit(_ numbers: [UInt64]) {
        for target in tables.withLock({ $0.commit(numbers) }) { target.noteSent() }
    }

    /// Returns the target of a number, or `nil` for a number that the other side does not hold.
    package func target(of number: UInt64) -> ReferenceHandle? { tables.withLock { $0.exports.target(of: number) } }

    /// Applies a release by the other side.
    ///
    /// - Returns: The reason to close the connection if the release breaks the protocol; otherwise `nil`.
    package func receiveRelease(_ number: UInt64, _ count: UInt64) -> DisconnectReason? {
        let (ended, reason) = tables.withLock { $0.receiveRelease(number, count) }
        ended?.loseHolder()
        return reason
    }
}

// MARK: Imports

extension ReferenceStore {
    /// Whether there is room for the references that a message exports to this side.
    package func hasRoom(for numbers: ReferenceNumbers) -> Bool {
        tables.withLock { $0.imports.hasRoom(for: numbers.lent) }
    }

    /// Whether this side holds a number of the other side.
    package func holds(_ number: UInt64) -> Bool { tables.withLock { $0.imports.entries[number] != nil } }

    /// Removes a number that its owner has revoked.
    package func revoke(_ number: UInt64) { tables.withLock { $0.revoke(number) } }

    /// Applies the references frame of a message; see ``ReferenceTables/receive(_:)``.
    func receive(
        _ numbers: ReferenceNumbers
    ) -> (held: [UInt64], returned: [UInt64: ReferenceHandle], reason: DisconnectReason?) {
        tables.withLock { $0.receive(numbers) }
    }

    /// Returns the proxy of a number, and creates it with `make` if none is alive; `nil` for an unknown number.
    func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> RemoteReference) -> RemoteReference? {
        tables.withLock { $0.proxy(for: number, kind, make: make) }
    }

    /// Ends one hold on each of the numbers.
    ///
    /// - Returns: Whether the caller must schedule the sending of releases.
    func endHolds(_ numbers: [UInt64]) -> Bool { tables.withLock { $0.endHolds(numbers) } }

    /// Removes and returns the due releases.
    package func takeReleases() -> [ReferenceRelease] { tables.withLock { $0.takeReleases() } }
}

extension ReferenceHandle {
    fileprivate func gainHolder() { if case .local(let local) = self { local.gainHolder() } }

    fileprivate func noteSent() { if case .local(let local) = self { local.noteSent() } }

    fileprivate func loseHolder() { if case .local(let local) = self { local.loseHolder() } }
}
