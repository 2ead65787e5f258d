@testable import Postern

/// One random schedule of calls, callbacks, cancellations, expiries and cuts between two peers.
enum Simulation {
    /// Runs the schedule of a seed to its end.
    ///
    /// - Returns: The rules that were broken; none for peers that work.
    static func run(seed: UInt64, bug: PlantedBug? = nil) -> [String] {
        var world = SimulatedWorld(seed: seed, bug: bug)
        for _ in 0..<Int.random(in: 20...80, using: &world.random) { step(&world) }
        let endsWithCut = world.isCut || world.chance(3)
        if !endsWithCut { settleDown(&world) }
        var faults = world.faults
        if !endsWithCut { faults += faultsOfQuiet(world) }
        for side in world.sides.indices where !world.sides[side].isClosed { world.close(side) }
        return faults + faultsOfEnd(world)
    }

    private static func step(_ world: inout SimulatedWorld) {
        let side = Int.random(in: 0..<2, using: &world.random)
        switch Int.random(in: 0..<40, using: &world.random) {
        case 0..<8: world.call(from: side)
        case 8..<11: world.notify(from: side)
        case 11..<19: world.flush(side)
        case 19..<27: world.deliver(to: side)
        case 27..<33:
            guard let id = world.sides[side].handlers.keys.sorted().randomElement(using: &world.random) else { return }
            // A handler may call back before it answers.
            if world.chance(3) { world.call(from: side) }
            world.endHandler(id, at: side)
        case 33..<36:
            guard !world.calls.isEmpty else { return }
            world.giveUp(Int.random(in: world.calls.indices, using: &world.random))
        case 36..<39: world.advance(Int.random(in: 0...5, using: &world.random))
        default: if world.chance(8) { world.close(side) }
        }
    }

    /// Delivers everything, and lets every handler end.
    private static func settleDown(_ world: inout SimulatedWorld) {
        for _ in 0..<200 {
            for side in 0..<2 {
                world.flush(side)
                while !world.sides[side].incoming.isEmpty { world.deliver(to: side) }
                for id in world.sides[side].handlers.keys.sorted() { world.endHandler(id, at: side) }
            }
        }
    }

    /// What must hold once nothing is on the wire and no handler runs.
    private static func faultsOfQuiet(_ world: SimulatedWorld) -> [String] {
        var faults: [String] = []
        for (token, call) in world.calls.enumerated() where call.outcomes.isEmpty {
            faults.append("call \(token) was never settled")
        }
        for side in 0..<2 {
            let state = world.sides[side].state
            if !state.calls.isEmpty || !state.served.isEmpty || state.callsServed != 0 {
                faults.append("a table is not empty")
            }
            if state.calls.lateReplies != world.sides[side].lateAnswers.count {
                faults.append("answers that came too late were counted wrong")
            }
            let abandoned = world.calls.filter { $0.side == side && $0.wasGivenUp }.map(\.id)
            if !world.sides[1 - side].cancelsHeard.isSuperset(of: abandoned) { faults.append("a cancel was not sent") }
            if world.sides[side].heard != Array(0..<world.notificationsSent[1 - side]) {
                faults.append("notifications were lost or came out of order")
            }
        }
        return faults
    }

    /// What must hold after the end of the connection.
    private static func faultsOfEnd(_ world: SimulatedWorld) -> [String] {
        var faults: [String] = []
        for (token, call) in world.calls.enumerated() {
            if call.outcomes.count != 1 { faults.append("call \(token) was settled \(call.outcomes.count) times") }
            for outcome in call.outcomes {
                if case .value(let value) = outcome, value != token {
                    faults.append("call \(token) got another's value")
                }
                if case .failure(let code) = outcome, code != token {
                    faults.append("call \(token) got another's error")
                }
            }
        }
        for side in world.sides where !side.state.calls.isEmpty || !side.state.served.isEmpty {
            faults.append("a table is not empty")
        }
        return faults
    }
}
