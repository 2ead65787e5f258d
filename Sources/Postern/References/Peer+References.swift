private import Synchronization

/// What diagnosis asks for.
extension Peer {
    /// What the other end holds of this side, by number; empty once the connection has ended.
    public var exportedReferences: [ReferenceEntry] {
        let entries = references.withLock { $0.exports.entries }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let target = entry.target
            return ReferenceEntry(number: number, kind: target.kind, description: target.name, count: entry.count)
        }
    }

    /// What this side holds of the other end, by number; empty once the connection has ended.
    public var importedReferences: [ReferenceEntry] {
        let entries = references.withLock { tables in tables.imports.entries.mapValues { ($0.kind, $0.count) } }
        return entries.sorted { $0.key < $1.key }.map { number, entry in
            let (kind, count) = entry
            let description = kind.map { "\($0) of the other side" } ?? "not read yet"
            return ReferenceEntry(number: number, kind: kind, description: description, count: Int(clamping: count))
        }
    }
}

/// Lent by this side.
extension Peer {
    /// Keeps a reference for a message that is being written.
    func pin(_ handle: ReferenceHandle) throws(PayloadError) -> UInt64 {
        let number = references.withLock { tables in
            var random = SystemRandomNumberGenerator()
            return tables.pin(handle.key, handle, using: &random)
        }
        guard let number else {
            throw PayloadError(.tooManyReferences, "more than \(limits.references) references are held")
        }
        return number
    }

    func unpin(_ numbers: [UInt64]) {
        for entry in references.withLock({ $0.unpin(numbers) }) where entry.wasSent { entry.target.loseHolder() }
    }

    func commit(_ numbers: [UInt64]) {
        for target in references.withLock({ $0.commit(numbers) }) { target.gainHolder() }
    }

    /// Finds what a path leads to, with the path from there; `nil` for a number that the other side does not hold.
    func findReference(_ path: String) -> (target: ReferenceHandle, path: String)? {
        guard let (number, method) = ReferencePath.parse(path) else { return nil }
        guard let target = references.withLock({ $0.exports.target(of: number) }) else { return nil }
        return (target, target.path(of: method))
    }

    /// Takes back what the other side has released; gives the reason when the connection is to end.
    func receiveRelease(_ number: UInt64, _ count: UInt64) -> DisconnectReason? {
        let (ended, reason) = references.withLock { $0.receiveRelease(number, count) }
        ended?.loseHolder()
        return reason
    }

    /// Counts the use of a reference that the other side does not hold.
    func noteBadUse() -> DisconnectReason? { references.withLock { $0.noteBadUse() } }

    /// Takes everything back: the connection has ended.
    func endReferences() {
        for entry in references.withLock({ $0.close() }) where entry.wasSent { entry.target.loseHolder() }
    }
}

/// Lent by the other end.
extension Peer {
    /// Holds the references of the message that follows; a reason when the connection is to end.
    func receiveReferences(_ numbers: ReferenceNumbers) -> Result<ReceivedReferences, DisconnectReason> {
        let (held, returned, reason) = references.withLock { $0.receive(numbers) }
        let message = ReceivedReferences(from: self, lent: held, returned: returned)
        return reason.map(Result.failure) ?? .success(message)
    }

    /// The object that stands for a number; `nil` for a number that was not received.
    func proxy(_ number: UInt64, _ kind: ReferenceKind) -> RemoteReference? {
        references.withLock { tables in
            tables.proxy(for: number, kind) { RemoteReference(peer: self, number: number, kind: kind) }
        }
    }

    /// Ends holds; what nobody holds any more is given back with the next output, together with what else is let go
    /// until then.
    func letGo(_ numbers: [UInt64]) {
        guard references.withLock({ $0.letGo(numbers) }) else { return }
        // Written by who takes the output: this is called where something is freed, under whatever lock.
        areReleasesDue.store(true, ordering: .releasing)
        transport.outputBecameReady()
    }

    /// Writes what is to be given back; called by who is about to take the output.
    func writeReleases() {
        guard areReleasesDue.load(ordering: .relaxed),
            areReleasesDue.exchange(false, ordering: .acquiring)
        else { return }
        changeInTurn { state in state.release(references.withLock { $0.takeReleases() }) }
    }
}

extension ReferenceHandle {
    fileprivate func gainHolder() { if case .local(let local) = self { local.gainHolder() } }

    fileprivate func loseHolder() { if case .local(let local) = self { local.loseHolder() } }
}
