@testable import Postern

/// References that are lent, given home, and let go.
extension SimulatedWorld {
    // MARK: Written

    /// Some functions for a message: this process' own, and such as it was lent.
    mutating func pickHandles(of side: Int) -> [SimulatedHandle] {
        guard chance(2) else { return [] }
        let process = sides[side].process
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in
            guard chance(2), let index = held[process].indices.randomElement(using: &random) else {
                return .own(pickFunction(of: process))
            }
            // Some pass on what they were lent, and let go of it.
            return chance(2) ? held[process].remove(at: index) : held[process][index]
        }
    }

    /// A function that the process keeps, or a new one, which it may keep.
    private mutating func pickFunction(of process: Int) -> SimulatedFunction {
        if chance(2), let function = functions[process].randomElement(using: &random) { return function }
        let function = SimulatedFunction(functionCount, bin: bin, bug: bug)
        functionCount += 1
        if functions[process].count < 3, chance(2) { functions[process].append(function) }
        return function
    }

    /// A process frees one of its functions, which others may hold.
    mutating func forgetFunction(of process: Int) {
        guard let index = functions[process].indices.randomElement(using: &random) else { return }
        functions[process].remove(at: index)
    }

    /// A message that did not leave is dropped; a bug keeps it.
    mutating func lose(_ message: SentMessage?, _ keeping: PlantedBug) {
        if bug == keeping, let message { kept.append(message) }
    }

    /// Writes a payload with references; `nil` when more would be lent than may be.
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

    /// Names a function for the other end, as `SentReferences` does; `nil` when more would be lent than may be.
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
            if entries.count < sides[side].state.limits.references { note("less was lent than may be") }
            return nil
        }
        if pin.isFirst { begin(handle, pin.number, at: side) }
        if !named.addExported(pin.number) { unpin([pin.number], at: side) }
        return WireReference(isReturned: false, kind: .function, number: pin.number)
    }

    private mutating func pin(_ handle: SimulatedHandle, at side: Int) -> References.Exports.Pin? {
        let key = bug == .functionsShareANumber ? .own(0) : handle.key
        let target = bug == .forwardersDoNotHold ? unheld(handle) : handle
        guard bug == .numbersAreDrawnAgain else {
            return sides[side].references.pin(key, target, using: &random)
        }
        var few = FewNumbers(random: random)
        defer { random = few.random }
        return sides[side].references.pin(key, target, using: &few)
    }

    /// One more connection holds a function, under a number that never stood for anything.
    private mutating func begin(_ handle: SimulatedHandle, _ number: UInt64, at side: Int) {
        if case .own(let function) = handle {
            holders[function.number, default: 0] += 1
            if bug != .messagesAreNoHolders { function.gain() }
        }
        if !sides[side].numbersUsed.insert(number).inserted { note("a number is used for the second time") }
    }

    /// Another object for the same number, of which nobody knows.
    private func unheld(_ handle: SimulatedHandle) -> SimulatedHandle {
        guard case .proxy(let proxy) = handle else { return handle }
        return .proxy(SimulatedProxy(side: proxy.side, number: proxy.number, function: proxy.function, bin: bin))
    }

    mutating func commit(_ numbers: [UInt64], at side: Int) {
        for case .own(let function) in sides[side].references.commit(numbers) {
            function.noteLent()
            if bug == .messagesAreNoHolders { function.gain() }
        }
    }

    private mutating func unpin(_ numbers: [UInt64], at side: Int) {
        for entry in sides[side].references.unpin(numbers) { lose(entry.target) }
    }

    /// One connection less holds a function.
    mutating func lose(_ target: SimulatedHandle) {
        guard case .own(let function) = target else { return }
        holders[function.number, default: 0] -= 1
        let left = holders[function.number, default: 0]
        if left < 0 { note("a function lost a holder that it did not have") }
        if function.lose(), left > 0 { note("a function was released while it was held") }
    }

    // MARK: Received

    /// Holds the references of the message that comes next.
    mutating func hold(_ numbers: ReferenceNumbers, at side: Int) {
        let (lent, returned, reason) = sides[side].references.receive(numbers)
        sides[side].waiting = ReceivedMessage(at: side, lent: lent, returned: returned, bin: bin)
        if let reason { note("disconnected: \(reason.message)") }
    }

    /// A message as its reader gets it; `nil` for one without references.
    mutating func received(_ bytes: ArraySlice<UInt8>, _ message: ReceivedMessage?, at side: Int) -> Received? {
        if let message { return Received(side: side, bytes: Array(bytes), message: message) }
        if SimulatedPayload.count(bytes) > 0 { note("a message holds references of which nothing was told") }
        return nil
    }

    /// A message has arrived: it is read now, later or never.
    mutating func receive(_ received: Received?) {
        guard let received else { return }
        if chance(2) { inbox.append(received) } else { read(received) }
    }

    /// Reads a message, and keeps some of what it holds.
    mutating func read(_ received: Received) {
        let process = sides[received.side].process
        guard let references = try? SimulatedPayload.references(received.bytes) else {
            return note("a message cannot be read")
        }
        tell("\(received.side): reads a message with functions \(references.map(\.function))")
        for (function, reference) in references {
            guard let handle = find(reference, function, in: received) else { continue }
            if held[process].count < 6, chance(2) { held[process].append(handle) }
        }
    }

    /// Finds what a reference leads to, as `ReceivedReferences` does, and checks that it is what its sender meant.
    mutating func find(_ reference: WireReference, _ function: Int, in received: Received) -> SimulatedHandle? {
        let (side, bin) = (received.side, bin)
        let handle =
            reference.isReturned
            ? received.message.returned[reference.number]
            : sides[side].references.proxy(for: reference.number, reference.kind) {
                SimulatedProxy(side: side, number: reference.number, function: function, bin: bin)
            }.map(SimulatedHandle.proxy)
        guard let handle else {
            if !sides[side].isClosed { note("a reference of a message is not held") }
            return nil
        }
        if handle.function != function { note("a reference leads to another function than its sender meant") }
        return handle
    }

    // MARK: Let go

    /// A process lets go of something it was lent.
    mutating func letGo(of index: Int, in process: Int) {
        let handle = held[process].remove(at: index)
        tell("process \(process): lets go of function \(handle.function)")
    }

    /// Counts one of the things that were freed, or all.
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
        tell("\(one)")
        switch one {
        case .pins(let side, let numbers): unpin(numbers, at: side)
        case .holds(let side, let numbers):
            if sides[side].references.endHolds(numbers) { sides[side].isReleaseAsked = true }
            if bug == .objectsGoTwice, sides[side].references.endHolds(numbers) { sides[side].isReleaseAsked = true }
        }
    }

    /// Gives back what was let go.
    mutating func sendReleases(from side: Int) {
        guard sides[side].isReleaseAsked else { return }
        sides[side].isReleaseAsked = false
        let releases = sides[side].references.takeReleases()
        tell("\(side): gives back \(releases.map { "\($0.count) of \($0.number % 10_000)" })")
        if bug != .releasesAreLost { sides[side].state.release(releases) }
    }

    /// Takes back what the other side has let go.
    mutating func takeBack(_ number: UInt64, _ count: UInt64, at side: Int) {
        let count = bug == .releaseCountsAreIgnored ? 1 : count
        for _ in 0..<(bug == .releasesCountTwice ? 2 : 1) {
            let (ended, reason) = sides[side].references.receiveRelease(number, count)
            if let ended { lose(ended) }
            if let reason { note("disconnected: \(reason.message)") }
        }
    }
}

/// Random numbers of which there are sixteen.
private struct FewNumbers: RandomNumberGenerator {
    var random: SplitMix

    mutating func next() -> UInt64 { (random.next() >> 60) << 60 }
}
