@testable import Postern

/// One random schedule of calls, callbacks, cancellations, expiries, releases and cuts between peers.
enum Simulation {
    /// The result of a schedule.
    struct Outcome {
        /// The violated rules; empty for correct peers.
        let faults: [String]
        /// The actions, one a line, if they are logged.
        let schedule: [String]
    }

    /// Runs the schedule of a seed to its end.
    static func run(seed: UInt64, bug: PlantedBug? = nil, isLogged: Bool = false) -> Outcome {
        var world = SimulatedWorld(seed: seed, bug: bug, isLogged: isLogged)
        if !world.chance(8) { shakeHands(&world) }
        for _ in 0..<Int.random(in: 10...40, using: &world.random) * world.sides.count where world.faults.isEmpty {
            step(&world)
            finishStep(&world)
        }
        if world.faults.isEmpty { end(&world) }
        return Outcome(faults: world.faults, schedule: world.schedule ?? [])
    }

    private static func shakeHands(_ world: inout SimulatedWorld) {
        finishStep(&world)
        for side in world.sides.indices { world.deliver(to: side) }
    }

    private static func end(_ world: inout SimulatedWorld) {
        for side in world.sides.indices where world.chance(6) { world.close(side) }
        settleDown(&world)
        guard world.faults.isEmpty else { return }
        checkQuiet(&world)
        for side in world.sides.indices { world.close(side) }
        settleDown(&world)
        if world.faults.isEmpty { checkEnd(&world) }
    }

    private static func step(_ world: inout SimulatedWorld) {
        let side = world.sides.indices.randomElement(using: &world.random) ?? 0
        switch Int.random(in: 0..<58, using: &world.random) {
        case 0..<7: world.call(from: side)
        case 7..<12: callFunction(&world)
        case 12..<14: world.notify(from: side)
        case 14..<24: for _ in 0..<Int.random(in: 1...6, using: &world.random) { world.deliver(to: side) }
        case 24..<30:
            guard let id = world.sides[side].handlers.keys.sorted().randomElement(using: &world.random) else { return }
            // A handler may call its caller before it answers.
            if world.chance(3) { world.call(from: side) }
            if world.chance(4) { world.openStream(id, at: side) } else { world.endHandler(id, at: side) }
        case 30..<32:
            guard !world.calls.isEmpty else { return }
            world.abandon(Int.random(in: world.calls.indices, using: &world.random))
        case 32..<34: world.advance(Int.random(in: 0...5, using: &world.random))
        case 34..<37: leave(&world)
        case 37..<40: read(&world)
        case 40..<43: dropReference(&world)
        case 43..<46: world.collect()
        case 46..<49: world.sendReleases(from: side)
        case 49..<53:
            guard let id = world.sides[side].handlers.keys.sorted().randomElement(using: &world.random) else { return }
            world.produce(id, at: side)
        case 53..<56: world.readStream(at: side)
        case 56: world.freeFunction(of: world.sides[side].process)
        default: if world.chance(8) { world.close(side) }
        }
    }

    /// Moves written frames to the wire and checks the rules, after each step.
    private static func finishStep(_ world: inout SimulatedWorld) {
        for side in world.sides.indices { world.putOnWire(side) }
        world.freed += world.bin.takeAll()
        world.checkBooks()
    }

    private static func callFunction(_ world: inout SimulatedWorld) {
        let process = Int.random(in: 0..<world.held.count, using: &world.random)
        guard case .proxy(let proxy) = world.held[process].randomElement(using: &world.random) else { return }
        world.call(from: proxy.side, through: proxy)
    }

    private static func leave(_ world: inout SimulatedWorld) {
        guard !world.drafts.isEmpty else { return }
        let draft = world.drafts.remove(at: Int.random(in: world.drafts.indices, using: &world.random))
        if world.chance(4) { world.drop(draft) } else { world.send(draft) }
    }

    /// Reads a message, which may be read again, or drops it.
    private static func read(_ world: inout SimulatedWorld) {
        guard !world.inbox.isEmpty else { return }
        let index = Int.random(in: world.inbox.indices, using: &world.random)
        let received = world.chance(3) ? world.inbox[index] : world.inbox.remove(at: index)
        if !world.chance(4) { world.read(received) }
    }

    private static func dropReference(_ world: inout SimulatedWorld) {
        let process = Int.random(in: 0..<world.held.count, using: &world.random)
        guard !world.held[process].isEmpty else { return }
        world.dropReference(of: Int.random(in: world.held[process].indices, using: &world.random), in: process)
    }

    /// Delivers all frames, ends all handlers and releases all references.
    private static func settleDown(_ world: inout SimulatedWorld) {
        for _ in 0..<100 where world.faults.isEmpty && !isQuiet(world) {
            for draft in world.drafts { world.send(draft) }
            world.drafts = []
            for side in world.sides.indices {
                while !world.sides[side].incoming.isEmpty { world.deliver(to: side) }
                for id in world.sides[side].handlers.keys.sorted() { world.endHandler(id, at: side) }
                for id in world.sides[side].streams.keys.sorted() { world.dropStream(id, at: side) }
                world.sendReleases(from: side)
                if world.sides[side].isCut { world.close(side) }
            }
            world.inbox = []
            for process in world.held.indices { (world.held[process], world.functions[process]) = ([], []) }
            world.collect(all: true)
            finishStep(&world)
        }
    }

    private static func isQuiet(_ world: SimulatedWorld) -> Bool {
        guard world.drafts.isEmpty, world.inbox.isEmpty, world.freed.isEmpty, world.uncounted.isEmpty else {
            return false
        }
        for process in world.held.indices where !world.held[process].isEmpty || !world.functions[process].isEmpty {
            return false
        }
        for side in world.sides.indices {
            guard world.sides[side].incoming.isEmpty, world.sides[side].handlers.isEmpty else { return false }
            if world.sides[side].isReleaseRequested || !world.sides[side].streams.isEmpty { return false }
        }
        return true
    }

    /// Checks the rules for connections without frames on the wire, running handlers and retained references.
    private static func checkQuiet(_ world: inout SimulatedWorld) {
        for side in world.sides where !side.isCut {
            if !side.state.calls.isEmpty || !side.state.waiting.isEmpty || !side.state.served.isEmpty
                || side.state.counts != ServedCounts()
            {
                world.note("a table is not empty")
            }
            if !isEmpty(side.references) || !side.books.isEmpty { world.note("a table of references is not empty") }
        }
        for (token, call) in world.calls.enumerated() where call.outcomes.isEmpty && !world.sides[call.side].isCut {
            world.note("call \(token) was never settled")
        }
        for index in world.sides.indices where !world.sides[index].isCut { checkWire(from: index, &world) }
    }

    private static func checkWire(from index: Int, _ world: inout SimulatedWorld) {
        let (side, other) = (world.sides[index], world.sides[index ^ 1])
        if side.state.calls.lateReplies != side.lateAnswers.count {
            world.note("late answers were miscounted")
        }
        let abandoned = world.calls.filter { $0.side == index && $0.wasAbandoned }.map(\.id)
        if !other.cancelsReceived.isSuperset(of: abandoned) { world.note("a cancel was not sent") }
        if other.notificationsReceived != Array(0..<side.notificationsSent) {
            world.note("notifications were lost or out of order")
        }
    }

    /// Checks the rules for closed connections.
    private static func checkEnd(_ world: inout SimulatedWorld) {
        for (token, call) in world.calls.enumerated() {
            if call.outcomes.count != 1 { world.note("call \(token) was settled \(call.outcomes.count) times") }
            for outcome in call.outcomes { check(outcome, of: call, token, &world) }
        }
        for side in world.sides {
            if !side.state.calls.isEmpty || !side.state.served.isEmpty { world.note("a table is not empty") }
            if !isEmpty(side.references) { world.note("a table of references is not empty after the end") }
            if side.references.badUses > 0 { world.note("a reference was used after its release") }
        }
        if world.holders.values.contains(where: { $0 != 0 }) { world.note("a function has holders after the end") }
        for function in 0..<world.functionCount where world.bin.releases(of: function) != 1 {
            world.note("the owner of a function was notified \(world.bin.releases(of: function)) times")
        }
    }

    private static func check(
        _ outcome: SimulatedWorld.Outcome,
        of call: SimulatedWorld.CallRecord,
        _ token: Int,
        _ world: inout SimulatedWorld
    ) {
        switch outcome {
        case .value(let value): if value != call.answer { world.note("call \(token) got another's value") }
        case .failure(let code):
            let isBusy = code == CallError.Code.busy.rawValue && world.callLimit < 128
            let isTooLarge = code == CallError.Code.responseTooLarge.rawValue && world.hasSmallFrames
            if code != call.answer, !isBusy, !isTooLarge { world.note("call \(token) got another's error") }
        case .abandoned, .expired, .lost, .unsent: break
        }
    }

    private static func isEmpty(_ references: SimulatedWorld.References) -> Bool {
        references.exports.entries.isEmpty && references.imports.entries.isEmpty && references.imports.due.isEmpty
    }
}
