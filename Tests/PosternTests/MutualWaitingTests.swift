@testable import Postern
import PosternTestSupport
import Testing

/// Two peers whose calls require calls back, with less room than these need.
struct MutualWaitingTests {
    @Test("Two sides that wait for room never wait for each other", arguments: 0..<200 as Range<UInt64>)
    func twoSidesNeverWaitForEachOther(seed: UInt64) throws {
        var sides = TwoSides(seed: seed)
        let count = Int.random(in: 1...40, using: &sides.random)
        for _ in 0..<count {
            for side in 0...1 { sides.call(from: side, levels: Int.random(in: 0...6, using: &sides.random)) }
        }
        try sides.run()
        #expect(sides.settled == 2 * count)
        for state in sides.states { #expect(state.calls.isEmpty && state.waiting.isEmpty && state.served.isEmpty) }
    }

    @Test(
        "A hundred and twenty-eight calls in each direction that need a call back each all succeed",
        arguments: [128, 4]
    )
    func oneCallBackForEachSucceeds(limit: Int) throws {
        var sides = TwoSides(seed: 1, limits: [limit, limit])
        for side in 0...1 { for _ in 0..<300 { sides.call(from: side, levels: 1) } }
        try sides.run()
        #expect(sides.settled == 600 && sides.failed == 0)
        #expect(sides.mostServed <= limit)
    }
}

/// Two peers whose handlers call back a number of levels deep before they reply.
private struct TwoSides {
    /// A waiter is the identifier of the call that is being served meanwhile, or 0 for none.
    var states: [PeerState<UInt64, Int, Int>] = []
    var settled = 0
    var failed = 0
    var mostServed = 0
    var random: SplitMix
    private var wires: [[[UInt8]]] = [[], []]
    private let now = Moment.now

    init(seed: UInt64, limits: [Int]? = nil) {
        random = SplitMix(seed: seed)
        for side in 0...1 {
            var standard = PeerLimits()
            standard.callsInFlight = limits?[side] ?? Int.random(in: 1...20, using: &random)
            var state = PeerState<UInt64, Int, Int>(limits: standard)
            state.start(name: "")
            states.append(state)
        }
    }

    /// Makes a call; its reply causes the reply to the call being served.
    mutating func call(from side: Int, levels: Int, serving id: UInt64 = 0, depth: Int = 0) {
        let number = states[side].calls.reserveID()
        var call = OutgoingCall("\(levels)", [])
        call.depth = depth
        do throws(CallError) {
            if states[side].hasRoom(atDepth: depth) {
                try states[side].beginCall(number, call, id)
            } else {
                _ = try states[side].wait(number, call, id, at: now)
            }
        } catch { settle(id, at: side, isFailure: true) }
    }

    /// Delivers frames in both directions until none are left.
    mutating func run() throws {
        while true {
            for side in 0...1 {
                let bytes = states[side].outbox.take().bytes
                if !bytes.isEmpty { wires[side ^ 1].append(bytes) }
            }
            guard let side = (0...1).filter({ !wires[$0].isEmpty }).randomElement(using: &random) else { return }
            try receive(wires[side].removeFirst(), at: side)
        }
    }

    private mutating func receive(_ bytes: [UInt8], at side: Int) throws {
        var reader = FrameReader()
        while let frame = try reader.next(in: bytes.span) {
            switch states[side].receive(frame, in: bytes) {
            case .serve(let call):
                states[side].beginServing(call.id)
                mostServed = max(mostServed, states[side].counts.calls)
                let levels = Int(String(decoding: bytes[call.path], as: UTF8.self)) ?? 0
                guard levels > 0 else { answer(call.id, at: side, isFailure: false); continue }
                self.call(from: side, levels: levels - 1, serving: call.id, depth: call.depth + 1)
            case .resume(let id, _): settle(id, at: side, isFailure: false)
            case .fail(let id, let failure):
                // Every call that is sent must find room.
                #expect(failure.code != CallError.Code.busy.rawValue || failure.executed == .yes)
                settle(id, at: side, isFailure: true)
            default: break
            }
        }
        #expect(states[side].sendWaiting(at: now) { _ in }.isEmpty)
    }

    private mutating func settle(_ id: UInt64, at side: Int, isFailure: Bool) {
        guard id == 0 else { return answer(id, at: side, isFailure: isFailure) }
        settled += 1
        if isFailure { failed += 1 }
    }

    private mutating func answer(_ id: UInt64, at side: Int, isFailure: Bool) {
        let error = CallError(.busy, "no room further on", ran: .yes)
        states[side].finish(id, with: isFailure ? .failure(error) : .success([7]))
    }
}
