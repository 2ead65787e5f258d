import PosternTestSupport
@testable import Postern

// References that are exported, returned to their owner, and released.
extension SimulatedWorld {
    // MARK: Written

    /// Returns some functions for a message: the process's own, and references that it has received.
    mutating func pickHandles(of side: Int) -> [SimulatedHandle] {
        guard chance(2) else { return [] }
        let process = sides[side].process
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in
            guard chance(2), let index = held[process].indices.randomElement(using: &random) else {
                return .own(pickFunction(of: process))
            }
            // Sometimes the process releases the reference that it forwards.
            return chance(2) ? held[process].remove(at: index) : held[process][index]
        }
    }

    /// Returns a function that the process retains, or a new one, which it may retain.
    private mutating func pickFunction(of process: Int) -> SimulatedFunction {
        if chance(2), let function = functions[process].randomElement(using: &random) { return function }
        let function = SimulatedFunction(functionCount, bin: bin, bug: bug)
        functionCount += 1
        if functions[process].count < 3, chance(2) { functions[process].append(function) }
        return function
    }

    /// Frees a function of a process, which other processes may still retain.
    mutating func freeFunction(of process: Int) {
        guard let index = functions[process].indices.randomElement(using: &random) else { return }
        functions[process].remove(at: index)
    }

    /// Drops a message that was not sent; the given bug retains it.
    mutating func lose(_ message: SentMessage?, _ keeping: PlantedBug) {
        if bug == keeping, let message { kept.append(message) }
    }

    /// Returns a payload with references, or `nil` if they exceed the limit of exported references.
    mutating func write(
        _ number: Int,
        _ handles: [SimulatedHandle],
        from side: Int
    ) -> (bytes: [UInt8], message: SentMessage?)? {
        guard !handles.isEmpty else { return (SimulatedPayload.encoded(number), nil) }
        var named = NamedReferences<SimulatedProxy>()
        var references: [(Int, WireReference)] = []
        for handle in handles {
            guard let reference = name(handle, in: &named, for: side) else { break }
            references.append((handle.function, reference))
        }
        let message = SentMessage(
            from: side,
            named,
            handles,
            keeps: bug != .returnedReferencesGoEarly,
            bin: bin
        )
        return references.count == handles.count ? (SimulatedPayload.encoded(number, references), message) : nil
    }

    /// Names a function for the peer, as `SentReferences` does; returns `nil` at the limit of exported references.
    mutating func name(
        _ handle: SimulatedHandle,
        in named: inout NamedReferences<SimulatedProxy>,
        for side: Int
    ) -> WireReference? {
        if case .proxy(let proxy) = handle, proxy.side == side {
            named.addReturned(proxy, proxy.number)
            return WireReference(isReturned: true, kind: .function, number: proxy.number)
        }
        guard let pin = pin(handle, at: side) else {
            let entries = sides[side].references.exports.entries
            if entries.count < sides[side].state.limits.references { note("a reference was rejected below the limit") }
            return nil
        }
        if pin.isFirst { begin(handle, pin.number, at: side) }
        if !named.addExported(pin.number) { unpin([pin.number], at: side) }
        return WireReference(isReturned: false, kind: .function, number: pin.number)
    }

    private mutating func pin(_ handle: SimulatedHandle, at side: Int) -> References.Exports.Pin? {
        let key = bug == .functionsShareANumber ? .own(0) : handle.key
        let target = bug == .forwardersDoNotHold ? secondProxy(handle) : handle
        guard bug == .numbersAreDrawnAgain else {
            return sides[side].references.pin(key, target, using: &random)
        }
        var few = FewNumbers(random: random)
        defer { random = few.random }
        return sides[side].references.pin(key, target, using: &few)
    }

    /// Adds a connection as holder of a function, under a number that was never used before.
    private mutating func begin(_ handle: SimulatedHandle, _ number: UInt64, at side: Int) {
        if case .own(let function) = handle {
            holders[function.number, default: 0] += 1
            if bug != .messagesAreNoHolders { function.gain() }
        }
        if !sides[side].numbersUsed.insert(number).inserted { note("a number is used for the second time") }
    }

    /// Returns a second proxy of the same number, which no table knows.
    private func secondProxy(_ handle: SimulatedHandle) -> SimulatedHandle {
        guard case .proxy(let proxy) = handle else { return handle }
        return .proxy(SimulatedProxy(side: proxy.side, number: proxy.number, function: proxy.function, bin: bin))
    }

    mutating func commit(_ numbers: [UInt64], at side: Int) {
        for case .own(let function) in sides[side].references.commit(numbers) {
            function.noteExported()
            if bug == .messagesAreNoHolders { function.gain() }
        }
    }

    private mutating func unpin(_ numbers: [UInt64], at side: Int) {
        for entry in sides[side].references.unpin(numbers) { lose(entry.target) }
    }

    /// Removes a connection as holder of a function.
    mutating func lose(_ target: SimulatedHandle) {
        guard case .own(let function) = target else { return }
        holders[function.number, default: 0] -= 1
        let left = holders[function.number, default: 0]
        if left < 0 { note("a function lost a holder that it did not have") }
        if function.lose(), left > 0 { note("a function was released while it had holders") }
    }

    // MARK: Received

    /// Retains the references of the next message.
    mutating func hold(_ numbers: ReferenceNumbers, at side: Int) {
        let (lent, returned, reason) = sides[side].references.receive(numbers)
        sides[side].waiting = ReceivedMessage(at: side, lent: lent, returned: returned, bin: bin)
        if let reason { note("disconnected: \(reason.message)") }
    }

    /// Returns a message for its reader, or `nil` for one without references.
    mutating func received(_ bytes: ArraySlice<UInt8>, _ message: ReceivedMessage?, at side: Int) -> Received? {
        if let message { return Received(side: side, bytes: Array(bytes), message: message) }
        if SimulatedPayload.count(bytes) > 0 { note("a message contains references that no frame has announced") }
        return nil
    }

    /// Reads a message that has arrived now, later or never.
    mutating func receive(_ received: Received?) {
        guard let received else { return }
        if chance(2) { inbox.append(received) } else { read(received) }
    }

    /// Reads a message and retains some of its references.
    mutating func read(_ received: Received) {
        let process = sides[received.side].process
        guard let references = try? SimulatedPayload.references(received.bytes) else {
            return note("a message cannot be read")
        }
        log("\(received.side): reads a message with functions \(references.map(\.function))")
        for (function, reference) in references {
            guard let handle = find(reference, function, in: received) else { continue }
            if held[process].count < 6, chance(2) { held[process].append(handle) }
        }
    }

    /// Returns the target of a reference, as `ReceivedReferences` does, and checks that its sender meant the same.
    mutating func find(_ reference: WireReference, _ function: Int, in received: Received) -> SimulatedHandle? {
        let (side, bin) = (received.side, bin)
        let handle =
            reference.isReturned
            ? received.message.returned[reference.number]
            : sides[side].references.proxy(for: reference.number, reference.kind) {
                SimulatedProxy(side: side, number: reference.number, function: function, bin: bin)
            }.map(SimulatedHandle.proxy)
        guard let handle else {
            if !sides[side].isClosed { note("a reference of a message has no target") }
            return nil
        }
        if handle.function != function { note("a reference leads to another function than its sender meant") }
        return handle
    }

    // MARK: Released

    /// Releases a reference of a process.
    mutating func dropReference(of index: Int, in process: Int) {
        let handle = held[process].remove(at: index)
        log("process \(process): releases function \(handle.function)")
    }

    /// Counts one of the freed objects, or all.
    mutating func collect(all: Bool = false) {
        for (side, numbers) in uncounted { commit(numbers, at: side) }
        uncounted = []
        guard !freed.isEmpty else { return }
        if all || chance(3) {
            let parts = freed
            freed = []
            for one in parts { count(one) }
        } else {
            count(freed.remove(at: Int.random(in: freed.indices, using: &random)))
        }
    }

    private mutating func count(_ one: SimulatedBin.Freed) {
        log("\(one)")
        switch one {
        case .pins(let side, let numbers): unpin(numbers, at: side)
        case .holds(let side, let numbers):
            if sides[side].references.endHolds(numbers) { sides[side].isReleaseRequested = true }
            if bug == .objectsReleaseTwice, sides[side].references.endHolds(numbers) {
                sides[side].isReleaseRequested = true
            }
        }
    }

    /// Sends the releases that are due.
    mutating func sendReleases(from side: Int) {
        guard sides[side].isReleaseRequested else { return }
        sides[side].isReleaseRequested = false
        let releases = sides[side].references.takeReleases()
        log("\(side): sends releases \(releases.map { "\($0.count) of \($0.number % 10_000)" })")
        if bug != .releasesAreLost { sides[side].state.release(releases) }
    }

    /// Applies a release of the peer.
    mutating func takeBack(_ number: UInt64, _ count: UInt64, at side: Int) {
        let count = bug == .releaseCountsAreIgnored ? 1 : count
        for _ in 0..<(bug == .releasesCountTwice ? 2 : 1) {
            let (ended, reason) = sides[side].references.receiveRelease(number, count)
            if let ended { lose(ended) }
            if let reason { note("disconnected: \(reason.message)") }
        }
    }
}

/// A generator of only sixteen different numbers.
private struct FewNumbers: RandomNumberGenerator {
    var random: SplitMix

    mutating func next() -> UInt64 { (random.next() >> 60) << 60 }
}
