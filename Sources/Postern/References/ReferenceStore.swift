package import PosternLedger
internal import Synchronization

/// The references of one connection, guarded by a lock.
///
/// Owners are notified after the lock is released, because their callbacks are code of the program.
package final class ReferenceStore: Sendable {
    private typealias Tables = ReferenceTables<ReferenceHandle.Key, ReferenceHandle, RemoteReference>

    private struct State {
        var tables: Tables
        /// What the references are charged to; `nil` without a budget.
        var memory: ReferenceMemory?

        /// Charges what the tables hold.
        mutating func charge() {
            memory?.charge(exports: tables.exports.entries.count, imports: tables.imports.entries.count)
        }
    }

    private let state: Mutex<State>
    private let limit: Int

    /// Creates an empty store.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of references in each direction.
    ///   - largestNumber: The largest number that an export may have.
    package init(limit: Int, largestNumber: UInt64 = UInt64(Int64.max)) {
        self.limit = limit
        state = Mutex(State(tables: Tables(limit: limit, largestNumber: largestNumber)))
    }

    /// Charges the references to a tally, until the connection closes; called once, before the first reference.
    ///
    /// - Parameters:
    ///   - tally: The tally, whose budget new exports must fit into.
    ///   - report: A function that reports a refusal. It is called on any thread, and released with the tally.
    package func countMemory(in tally: MemoryTally, report: @escaping @Sendable (MemoryRefusal) -> Void) {
        state.withLock { $0.memory = ReferenceMemory(tally, report: report) }
    }

    /// Changes which references the tables hold, and charges those that they hold afterwards.
    private func change<Value: Sendable>(_ body: (inout Tables) -> Value) -> Value {
        state.withLock { state in
            defer { state.charge() }
            return body(&state.tables)
        }
    }

    /// Limits the exports to the number of references that the other side holds at most.
    ///
    /// The limit of this side still applies if it is lower.
    func limitExports(to number: Int) { change { $0.limitExports(to: min(limit, number)) } }

    /// The references that this side exports, ordered by number; empty once the connection has closed.
    package var exported: [ReferenceEntry] {
        let entries = state.withLock { $0.tables.exports.entries }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let target = entry.target
            return ReferenceEntry(number: number, kind: target.kind, description: target.name, count: entry.count)
        }
    }

    /// The references of the other side that this side holds, ordered by number; empty once the connection has closed.
    package var imported: [ReferenceEntry] {
        let entries = state.withLock { $0.tables.imports.entries.mapValues { ($0.kind, $0.count) } }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let (kind, count) = entry
            let description = kind.map { "\($0) of the other side" } ?? "not read yet"
            return ReferenceEntry(number: number, kind: kind, description: description, count: Int(clamping: count))
        }
    }

    /// The number of references in each direction.
    package var counts: (exports: Int, imports: Int) {
        state.withLock { ($0.tables.exports.entries.count, $0.tables.imports.entries.count) }
    }

    /// Removes all references, at the end of the connection, and notifies their owners.
    package func close() {
        let (entries, memory) = state.withLock { ($0.tables.close(), $0.memory.take()) }
        guard entries.count > Self.fewReferences else { return Self.release(entries, memory) }
        // Ten thousand owners take tens of milliseconds, in which the loop would serve no other client.
        Task { Self.release(entries, memory) }
    }

    private static func release(_ entries: [Tables.Exports.Entry], _ memory: consuming ReferenceMemory?) {
        for entry in entries { entry.target.loseHolder() }
        memory?.end()
    }

    /// The number of references that are released on the thread that closes the connection.
    private static let fewReferences = 256

    /// Counts the use of a reference that the other side does not hold.
    ///
    /// - Returns: The reason to close the connection once there were too many; otherwise `nil`.
    package func noteBadUse() -> DisconnectReason? { state.withLock { $0.tables.noteBadUse() } }
}

// MARK: Exports

extension ReferenceStore {
    /// Pins a reference for a message that is being written.
    ///
    /// - Returns: The number of the reference on this connection.
    /// - Throws: `.tooManyReferences` if the table of exports is full, or a budget of memory has no room.
    func pin(_ handle: ReferenceHandle) throws(PayloadError) -> UInt64 {
        let (number, refusal) = state.withLock { state -> (UInt64?, MemoryRefusal?) in
            if let refusal = state.memory?.refusal(exports: 1), !state.tables.exports.contains(handle.key) {
                return (nil, refusal)
            }
            var random = SystemRandomNumberGenerator()
            guard let pin = state.tables.pin(handle.key, handle, using: &random) else { return (nil, nil) }
            state.charge()
            // Counted under the lock: if the connection closed before the count, `close` would end a holder too early.
            if pin.isFirst { handle.gainHolder() }
            return (pin.number, nil)
        }
        if let number { return number }
        if let refusal {
            note(refusal)
            throw PayloadError(.tooManyReferences, "there is no memory for more references")
        }
        let limit = state.withLock { $0.tables.exports.limit }
        throw PayloadError(.tooManyReferences, "more than \(limit) references are held")
    }

    private func note(_ refusal: MemoryRefusal) { state.withLock(\.memory)?.note(refusal) }

    /// Removes the pins of a message, and notifies the owners of references that nothing needs any more.
    func unpin(_ numbers: [UInt64]) {
        for entry in change({ $0.unpin(numbers) }) { entry.target.loseHolder() }
    }

    /// Counts a message with these references as sent.
    func commit(_ numbers: [UInt64]) {
        for target in state.withLock({ $0.tables.commit(numbers) }) { target.noteSent() }
    }

    /// Returns the target of a number, or `nil` for a number that the other side does not hold.
    package func target(of number: UInt64) -> ReferenceHandle? {
        state.withLock { $0.tables.exports.target(of: number) }
    }

    /// Applies a release by the other side.
    ///
    /// - Returns: The reason to close the connection if the release breaks the protocol; otherwise `nil`.
    package func receiveRelease(_ number: UInt64, _ count: UInt64) -> DisconnectReason? {
        let (ended, reason) = change { $0.receiveRelease(number, count) }
        ended?.loseHolder()
        return reason
    }
}

// MARK: Imports

extension ReferenceStore {
    /// Returns the error of a message that exports more references to this side than there is room for; `nil` if there
    /// is room.
    package func refusal(for numbers: ReferenceNumbers) -> CallError? {
        let (hasRoom, refusal) = state.withLock { state in
            (state.tables.imports.hasRoom(for: numbers.lent), state.memory?.refusal(imports: numbers.lent.count))
        }
        guard hasRoom else {
            return CallError(.tooManyReferences, "More than \(limit) references are held", ran: .no)
        }
        guard !numbers.lent.isEmpty, let refusal else { return nil }
        note(refusal)
        return CallError(overBudget: refusal, ran: .no)
    }

    /// Whether this side holds a number of the other side.
    package func holds(_ number: UInt64) -> Bool { state.withLock { $0.tables.imports.entries[number] != nil } }

    /// Removes a number that its owner has revoked.
    package func revoke(_ number: UInt64) { change { $0.revoke(number) } }

    /// Applies the references frame of a message; see ``ReferenceTables/receive(_:)``.
    func receive(
        _ numbers: ReferenceNumbers
    ) -> (held: [UInt64], returned: [UInt64: ReferenceHandle], reason: DisconnectReason?) {
        change { $0.receive(numbers) }
    }

    /// Returns the proxy of a number, and creates it with `make` if none is alive; `nil` for an unknown number.
    func proxy(for number: UInt64, _ kind: ReferenceKind, make: () -> RemoteReference) -> RemoteReference? {
        state.withLock { $0.tables.proxy(for: number, kind, make: make) }
    }

    /// Ends one hold on each of the numbers.
    ///
    /// - Returns: Whether the caller must schedule the sending of releases.
    func endHolds(_ numbers: [UInt64]) -> Bool { change { $0.endHolds(numbers) } }

    /// Removes and returns the due releases.
    package func takeReleases() -> [ReferenceRelease] { state.withLock { $0.tables.takeReleases() } }
}

extension ReferenceHandle {
    fileprivate func gainHolder() { if case .local(let local) = self { local.gainHolder() } }

    fileprivate func noteSent() { if case .local(let local) = self { local.noteSent() } }

    fileprivate func loseHolder() { if case .local(let local) = self { local.loseHolder() } }
}
